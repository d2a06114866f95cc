/* SPDX-License-Identifier: Dual MIT/GPL */
#include "common.h"

int hook_exit(struct tracepoint__syscalls__sys_exit_execve *ctx)
{
	struct event *e = current_call();

	if (!e) {
		no_enter.atomic_increment(0);
		return 0;
	}
	left(e, ctx->ret);
	return jump(ctx, 0);
}
