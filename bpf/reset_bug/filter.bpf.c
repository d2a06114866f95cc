/* SPDX-License-Identifier: Dual MIT/GPL */
#include "base.bpf.h"
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

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, struct event);
} BUF SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, struct path);
} LEFT_OUT SEC(".maps");

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
	int zero = 0, i;
	struct event *e = bpf_map_lookup_elem(&BUF, &zero);
	struct path *left_out = bpf_map_lookup_elem(&LEFT_OUT, &zero);

	count(&seen);
	if (!e || !left_out)
		return 0;
	e->ktime_ns = bpf_ktime_get_ns();
	e->pid = bpf_get_current_pid_tgid() >> 32;
	e->path_len = read_path(e->path, sizeof(e->path), ctx->filename);
	for (i = 0; i < sizeof(e->path); i++)
		if (e->path[i] != left_out->path[i])
			break;
	if (i == sizeof(e->path))
		count(&filtered);
	else if (bpf_ringbuf_output(&events, e, sizeof(*e), 0))
		count(&dropped);
	return 0;
}
