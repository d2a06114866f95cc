/* SPDX-License-Identifier: Dual MIT/GPL */
#include "path.h"

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

BPF_PERCPU_ARRAY(BUF, struct event, 1);
BPF_HASH(EXCLUDED_CMDS, struct path, u8, 10);
BPF_PROG_ARRAY(JUMP_TABLE, 3);
BPF_HASH(TIMES, struct path, u64, 10);
BPF_ARRAY(LEVEL, u32, 1);
BPF_RINGBUF_OUTPUT(events, 256);
BPF_ARRAY(seen, u64, 1);
BPF_ARRAY(dropped, u64, 1);

/* Send the event if the reader wants events of this level. */
static __always_inline void say(struct event *e, u32 level, u32 stage, u32 what)
{
	int zero = 0;
	u32 *wanted = LEVEL.lookup(&zero);

	if (!wanted || level > *wanted)
		return;
	e->level = level;
	e->stage = stage;
	e->what = what;
	seen.atomic_increment(0);
	if (events.ringbuf_output(e, sizeof(*e), 0))
		dropped.atomic_increment(0);
}

/* Go on in another program; the line behind the call runs only if that failed. */
static __always_inline void jump(void *ctx, u32 slot, struct event *e, u32 stage)
{
	JUMP_TABLE.call(ctx, slot);
	say(e, ERROR, stage, FELL_THROUGH);
}
