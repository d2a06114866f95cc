/* SPDX-License-Identifier: Dual MIT/GPL */
#include "base.bpf.h"
#include "path.h"

struct event {
	u64 ktime_ns;
	u32 pid;
	int path_len;
	char comm[16];
	char path[512];
};

/* One entry; its value is a whole event. Each CPU has a value of its own. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, struct event);
} BUF SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 4096);
} events SEC(".maps");

COUNTER(seen);
COUNTER(dropped);

SEC("tp/syscalls/sys_enter_execve")
int hook(struct sys_enter_execve *ctx)
{
	int zero = 0;
	struct event *e = bpf_map_lookup_elem(&BUF, &zero);

	count(&seen);
	if (!e)
		return 0;
	e->ktime_ns = bpf_ktime_get_ns();
	e->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(&e->comm, sizeof(e->comm));
	e->path_len = read_path(e->path, sizeof(e->path), ctx->filename);
	if (bpf_ringbuf_output(&events, e, sizeof(*e), 0))
		count(&dropped);
	return 0;
}
