/* SPDX-License-Identifier: Dual MIT/GPL */
#include "common.h"

/* An event is a watched system call, made by a process of ours. */
int hook(struct bpf_raw_tracepoint_args *ctx)
{
	int zero = 0;
	u32 pid = bpf_get_current_pid_tgid() >> 32;
	u32 nr = ctx->args[1];
	u64 *taken = TAKEN.lookup(&zero);

	if (!taken || !OWN.lookup(&pid) || !WATCHED.lookup(&nr))
		return 0;
	COUNT.atomic_increment(SEEN);
	if (*taken != 1)
		COUNT.atomic_increment(NOT_ONCE);
	*taken = 0;
	JUMP_TABLE.call(ctx, FILTER);
	take(FELL_THROUGH);
	return 0;
}
