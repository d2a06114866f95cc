/* SPDX-License-Identifier: Dual MIT/GPL */

/*
 * Four programs for one hook: each counts the same calls in its own way. User
 * space puts in each user's 0: increment() makes a key in a plain hash alone.
 */
BPF_HASH(own, u32, u8, 64);
BPF_HASH(updated, u32, u64, 64);
BPF_HASH(incremented, u32, u64, 64);
BPF_HASH(atomic, u32, u64, 64);
BPF_PERCPU_HASH(per_cpu, u32, u64, 64);

/* Only the processes whose ids user space has put into own. */
static __always_inline int ours(void)
{
	u32 pid = bpf_get_current_pid_tgid() >> 32;

	return own.lookup(&pid) != 0;
}

int by_update(void *ctx)
{
	u32 uid = bpf_get_current_uid_gid();
	u64 count = 1, *before;

	if (!ours())
		return 0;
	before = updated.lookup(&uid);
	if (before)
		count += *before;
	updated.update(&uid, &count);
	return 0;
}

int by_increment(void *ctx)
{
	if (ours())
		incremented.increment(bpf_get_current_uid_gid());
	return 0;
}

int by_atomic(void *ctx)
{
	if (ours())
		atomic.atomic_increment(bpf_get_current_uid_gid());
	return 0;
}

int by_per_cpu(void *ctx)
{
	if (ours())
		per_cpu.increment(bpf_get_current_uid_gid());
	return 0;
}
