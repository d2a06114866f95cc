/* SPDX-License-Identifier: Dual MIT/GPL */

BPF_HASH(counter_table, u32, u64);

/* How often each user has come by here. */
int hello(void *ctx)
{
	u32 uid = bpf_get_current_uid_gid() & 0xffffffff;
	u64 counter = 0, *before = counter_table.lookup(&uid);

	if (before)
		counter = *before;
	counter++;
	counter_table.update(&uid, &counter);
	return 0;
}
