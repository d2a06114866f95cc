/* SPDX-License-Identifier: Dual MIT/GPL */
#include "../event.h"

struct path {
	char path[512];
};

BPF_PERCPU_ARRAY(EMPTY, struct event, 1);
BPF_TABLE("lru_hash", u32, struct event, PROGRAM, 1024);
BPF_HASH(EXCLUDED_CMDS, struct path, u8, 10);
BPF_PROG_ARRAY(JUMP_TABLE, 2);
BPF_RINGBUF_OUTPUT(events, 256);
BPF_ARRAY(DURATIONS, u64, 64);
BPF_ARRAY(seen, u64, 1);
BPF_ARRAY(filtered, u64, 1);
BPF_ARRAY(dropped, u64, 1);
BPF_ARRAY(no_enter, u64, 1);
BPF_ARRAY(no_exit, u64, 1);
BPF_ARRAY(fell_through, u64, 1);

/* The call that this process is in, or NULL. */
static __always_inline struct event *current_call(void)
{
	u32 tgid = bpf_get_current_pid_tgid() >> 32;

	return PROGRAM.lookup(&tgid);
}

/* It is over: the next call of this process begins anew. */
static __always_inline int done(void)
{
	u32 tgid = bpf_get_current_pid_tgid() >> 32;

	PROGRAM.delete(&tgid);
	return 0;
}

static __always_inline int jump(void *ctx, u32 slot)
{
	JUMP_TABLE.call(ctx, slot);
	fell_through.atomic_increment(0);
	return done();
}
