/* SPDX-License-Identifier: Dual MIT/GPL */
#include "../events.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 3);
	__type(key, u32);
	__type(value, u32);
} JUMP_TABLE SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10);
	__type(key, struct path);
	__type(value, u64);
} TIMES SEC(".maps");

/* Go on in another program; the line behind the call runs only if that failed. */
static __always_inline void jump(void *ctx, u32 slot, struct event *e, u32 stage)
{
	bpf_tail_call(ctx, &JUMP_TABLE, slot);
	say(e, ERROR, stage, FELL_THROUGH);
}
