/* SPDX-License-Identifier: Dual MIT/GPL */
#include "path.h"

struct path {
	char path[512];
};

struct event {
	u64 ktime_ns;
	u32 pid;
	int path_len;
	char path[512];
};

BPF_PERCPU_ARRAY(BUF, struct event, 1);
BPF_HASH(A, struct path, u8, 1000);
BPF_HASH(B, struct path, u8, 1000);
BPF_ARRAY_OF_MAPS(LISTS, "A", 1);
BPF_RINGBUF_OUTPUT(events, 64);
BPF_ARRAY(seen, u64, 1);
BPF_ARRAY(filtered, u64, 1);
BPF_ARRAY(dropped, u64, 1);

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	int zero = 0;
	struct event *e = BUF.lookup(&zero);
	void *list = LISTS.lookup(&zero);

	seen.atomic_increment(0);
	if (!e)
		return 0;
	__builtin_memset(e->path, 0, sizeof(e->path));
	e->ktime_ns = bpf_ktime_get_ns();
	e->pid = bpf_get_current_pid_tgid() >> 32;
	e->path_len = read_path(e->path, sizeof(e->path), ctx->filename);
	/* A cut path begins like others, an unread one is all zeros: none may match. */
	if (list && bpf_map_lookup_elem(list, e->path) &&
	    is_whole(e->path_len, sizeof(e->path))) {
		filtered.atomic_increment(0);
		return 0;
	}
	if (events.ringbuf_output(e, sizeof(*e), 0))
		dropped.atomic_increment(0);
	return 0;
}
