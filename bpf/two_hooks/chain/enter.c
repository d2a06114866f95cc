/* SPDX-License-Identifier: Dual MIT/GPL */
#include "common.h"

int hook_enter(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	u32 zero = 0, tgid = bpf_get_current_pid_tgid() >> 32;
	struct event *e = EMPTY.lookup(&zero);

	if (!e)
		return 0;
	seen.atomic_increment(0);
	/* An entry that is still here is of a call whose end we did not see. */
	if (current_call())
		no_exit.atomic_increment(0);
	entered(e, ctx->filename);
	if (PROGRAM.update(&tgid, e))
		dropped.atomic_increment(0);
	return 0;
}
