/* SPDX-License-Identifier: Dual MIT/GPL */
#include "event.h"

#ifndef STATE_TYPE
#define STATE_TYPE "lru_hash"
#endif
#ifndef ENTRIES
#define ENTRIES 1024
#endif
#ifndef KEY
#define KEY (bpf_get_current_pid_tgid() >> 32) /* the process: tgid */
#endif
#ifndef MINE
#define MINE(path) 1 /* every call is looked at */
#endif
#ifndef KEEP
#define KEEP 0
#endif

BPF_PERCPU_ARRAY(EMPTY, struct event, 1);
BPF_TABLE(STATE_TYPE, u32, struct event, PROGRAM, ENTRIES);
BPF_RINGBUF_OUTPUT(events, 1024);
BPF_ARRAY(seen, u64, 1);
BPF_ARRAY(dropped, u64, 1);

int hook_enter(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	u32 zero = 0, key = KEY;
	struct event *e = EMPTY.lookup(&zero);

	if (!e)
		return 0;
	seen.atomic_increment(0);
	entered(e, ctx->filename);
	if (MINE(e->path))
		PROGRAM.update(&key, e);
	return 0;
}

int hook_exit(struct tracepoint__syscalls__sys_exit_execve *ctx)
{
	u32 key = KEY;
	struct event *e = PROGRAM.lookup(&key);

	if (!e)
		return 0;
	left(e, ctx->ret);
	if (events.ringbuf_output(e, sizeof(*e), 0))
		dropped.atomic_increment(0);
	if (!KEEP)
		PROGRAM.delete(&key);
	return 0;
}
