/* SPDX-License-Identifier: Dual MIT/GPL */
#include "path.h"

struct event {
	u64 ktime_ns;
	u32 pid;
	int path_len;
	char path[512];
};

struct path {
	char path[512];
};

BPF_PERCPU_ARRAY(BUF, struct event, 1);
BPF_ARRAY(LEFT_OUT, struct path, 1);
BPF_RINGBUF_OUTPUT(events, 64);
BPF_ARRAY(seen, u64, 1);
BPF_ARRAY(filtered, u64, 1);
BPF_ARRAY(dropped, u64, 1);

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	int zero = 0, i;
	struct event *e = BUF.lookup(&zero);
	struct path *left_out = LEFT_OUT.lookup(&zero);

	seen.atomic_increment(0);
	if (!e || !left_out)
		return 0;
	e->ktime_ns = bpf_ktime_get_ns();
	e->pid = bpf_get_current_pid_tgid() >> 32;
	e->path_len = read_path(e->path, sizeof(e->path), ctx->filename);
	for (i = 0; i < sizeof(e->path); i++)
		if (e->path[i] != left_out->path[i])
			break;
	if (i == sizeof(e->path))
		filtered.atomic_increment(0);
	else if (events.ringbuf_output(e, sizeof(*e), 0))
		dropped.atomic_increment(0);
	return 0;
}
