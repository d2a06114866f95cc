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

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	int zero = 0;
	struct event *e = BUF.lookup(&zero);

	if (!e)
		return 0;
	__builtin_memset(e, 0, sizeof(*e));
	e->ktime_ns = bpf_ktime_get_ns();
	e->pid = bpf_get_current_pid_tgid() >> 32;
	e->cpu = bpf_get_smp_processor_id();
	e->path_len = read_path(e->path, sizeof(e->path), ctx->filename);
	say(e, DEBUG, HOOK, ENTERED);
	if (is_whole(e->path_len, sizeof(e->path)) &&
	    EXCLUDED_CMDS.lookup((struct path *)e->path)) {
		say(e, DEBUG, HOOK, EXCLUDED);
		return 0;
	}
	say(e, INFO, HOOK, SHOWN);
	return 0;
}
