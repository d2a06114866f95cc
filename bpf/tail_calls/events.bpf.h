/* SPDX-License-Identifier: Dual MIT/GPL */
#include "base.bpf.h"
#include "path.h"

/* What all steps share. */
enum level { ERROR, INFO, DEBUG };
enum stage { HOOK, FILTER, DISPLAY, TALLY };
enum what { ENTERED, EXCLUDED, SHOWN, FELL_THROUGH };

struct path {
	char path[512];
};

struct event {
	u64 ktime_ns;
	u32 pid;
	int path_len;
	u32 level;
	u32 stage;
	u32 what;
	u32 cpu;
	char path[512];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, struct event);
} BUF SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10);
	__type(key, struct path);
	__type(value, u8);
} EXCLUDED_CMDS SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, u32);
} LEVEL SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 4096);
} events SEC(".maps");

COUNTER(seen);
COUNTER(dropped);

/* Send the event if the reader wants events of this level. */
static __always_inline void say(struct event *e, u32 level, u32 stage, u32 what)
{
	int zero = 0;
	u32 *wanted = bpf_map_lookup_elem(&LEVEL, &zero);

	if (!wanted || level > *wanted)
		return;
	e->level = level;
	e->stage = stage;
	e->what = what;
	count(&seen);
	if (bpf_ringbuf_output(&events, e, sizeof(*e), 0))
		count(&dropped);
}
