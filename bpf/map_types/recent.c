/* SPDX-License-Identifier: Dual MIT/GPL */
#ifndef KIND
#define KIND "hash"
#endif
#ifndef SIZE
#define SIZE 4
#endif

BPF_HASH(own, u32, u8, 1);
BPF_TABLE(KIND, u32, u64, asked, SIZE);
BPF_ARRAY(refused, u64, 1);

/* How often our own process asked for each number. */
int hook(struct tracepoint__syscalls__sys_enter_getpgid *ctx)
{
	u32 pid = bpf_get_current_pid_tgid() >> 32, number = ctx->pid;
	u64 one = 1, *times;

	if (!own.lookup(&pid))
		return 0;
	times = asked.lookup(&number);
	if (times)
		lock_xadd(times, 1);
	else if (asked.update(&number, &one))
		refused.atomic_increment(0);
	return 0;
}
