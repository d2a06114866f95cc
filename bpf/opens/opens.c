/* SPDX-License-Identifier: Dual MIT/GPL */
#include "path.h"

struct call {
	u64 entered_ns;
	const char *path; /* where it is in the caller's memory */
};

struct event {
	u64 ktime_ns, duration_ns;
	u32 pid;
	int ret, path_len;
	char path[256];
};

BPF_HASH(OWN, u32, u8, 8);
BPF_HASH(CALLS, u64, struct call, 1024);
BPF_RINGBUF_OUTPUT(events, 64);
BPF_ARRAY(seen, u64, 1);
BPF_ARRAY(dropped, u64, 1);

int entered(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	u64 thread = bpf_get_current_pid_tgid();
	u32 pid = thread >> 32;
	struct call call = {bpf_ktime_get_ns(), ctx->filename};

	if (OWN.lookup(&pid))
		CALLS.update(&thread, &call);
	return 0;
}

int left(struct tracepoint__syscalls__sys_exit_openat *ctx)
{
	u64 thread = bpf_get_current_pid_tgid();
	struct call *call = CALLS.lookup(&thread);
	struct event *e;

	if (!call)
		return 0;
	seen.atomic_increment(0);
	e = events.ringbuf_reserve(sizeof(*e));
	if (e) {
		e->ktime_ns = bpf_ktime_get_ns();
		e->duration_ns = e->ktime_ns - call->entered_ns;
		e->pid = thread >> 32;
		e->ret = ctx->ret;
		e->path_len = read_path(e->path, sizeof(e->path), call->path);
		events.ringbuf_submit(e, 0);
	} else {
		dropped.atomic_increment(0);
	}
	CALLS.delete(&thread);
	return 0;
}
