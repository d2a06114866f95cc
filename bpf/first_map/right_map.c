/* SPDX-License-Identifier: Dual MIT/GPL */
#include "path.h"

struct event {
	u64 ktime_ns;
	u32 pid;
	int path_len;
	char comm[16];
	char path[512];
};

/* One entry; its value is a whole event. Each CPU has a value of its own. */
BPF_PERCPU_ARRAY(BUF, struct event, 1);
BPF_RINGBUF_OUTPUT(events, 64);
BPF_ARRAY(seen, u64, 1);
BPF_ARRAY(dropped, u64, 1);

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	int zero = 0;
	struct event *e = BUF.lookup(&zero);

	seen.atomic_increment(0);
	if (!e)
		return 0;
	e->ktime_ns = bpf_ktime_get_ns();
	e->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(&e->comm, sizeof(e->comm));
	e->path_len = read_path(e->path, sizeof(e->path), ctx->filename);
	if (events.ringbuf_output(e, sizeof(*e), 0))
		dropped.atomic_increment(0);
	return 0;
}
