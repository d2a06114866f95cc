/* SPDX-License-Identifier: Dual MIT/GPL */
#include "path.h"

enum level { ERROR, INFO, DEBUG };
enum stage { HOOK, FILTER, DISPLAY };
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
BPF_PROG_ARRAY(JUMP_TABLE, 2);
BPF_ARRAY(LEVEL, u32, 1);
BPF_RINGBUF_OUTPUT(events, 256);
BPF_ARRAY(seen, u64, 1);
BPF_ARRAY(dropped, u64, 1);

/* ctx->filename, for programs that take void *ctx: at 16 in the tracepoint's format. */
static __always_inline const char *filename(void *ctx)
{
	const char *path = 0;

	bpf_probe_read_kernel(&path, sizeof(path), ctx + 16);
	return path;
}

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
