/* SPDX-License-Identifier: Dual MIT/GPL */

/* How often each other system call is made, by its number. */
BPF_PERCPU_ARRAY(OTHERS, u64, 512);

int count_others(struct bpf_raw_tracepoint_args *ctx)
{
	u32 nr = ctx->args[1];

	if (nr != NR_EXECVE && nr != NR_EXECVEAT)
		OTHERS.increment(nr);
	return 0;
}
