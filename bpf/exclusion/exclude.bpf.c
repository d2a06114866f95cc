/* SPDX-License-Identifier: Dual MIT/GPL */
#include "base.bpf.h"
#include "path.h"

#ifndef RESET
#define RESET 1
#endif

struct path {
	char path[512];
};

struct event {
	u64 ktime_ns;
	u32 pid;
	int path_len;
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
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 4096);
} events SEC(".maps");

COUNTER(seen);
COUNTER(filtered);
COUNTER(dropped);

SEC("tp/syscalls/sys_enter_execve")
int hook(struct sys_enter_execve *ctx)
{
	int zero = 0;
	struct event *e = bpf_map_lookup_elem(&BUF, &zero);
	u8 *excluded;

	count(&seen);
	if (!e)
		return 0;
	if (RESET)
		__builtin_memset(e->path, 0, sizeof(e->path));
	e->ktime_ns = bpf_ktime_get_ns();
	e->pid = bpf_get_current_pid_tgid() >> 32;
	e->path_len = read_path(e->path, sizeof(e->path), ctx->filename);
	excluded = bpf_map_lookup_elem(&EXCLUDED_CMDS, (struct path *)e->path);
	/* A cut path begins like others, an unread one is all zeros: none may match. */
	if (excluded && is_whole(e->path_len, sizeof(e->path))) {
		count(&filtered);
		return 0;
	}
	if (bpf_ringbuf_output(&events, e, sizeof(*e), 0))
		count(&dropped);
	return 0;
}
