/* SPDX-License-Identifier: Dual MIT/GPL */
#include "common.h"

/* args[1] of sys_enter is the system call's number. */
int dispatch(struct bpf_raw_tracepoint_args *ctx)
{
	int zero = 0;
	u32 nr = ctx->args[1], *skip;

	SYSCALL.call(ctx, nr);
	/* No program there: an empty slot, or a number beyond the table. */
	skip = SKIP_OTHERS.lookup(&zero);
	return skip && *skip ? leave_out(OTHER) : report(ctx, OTHER);
}
