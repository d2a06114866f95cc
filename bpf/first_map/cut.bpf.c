/* SPDX-License-Identifier: Dual MIT/GPL */
#include "base.bpf.h"
#include "path.h"

#ifndef PATH_SIZE
#define PATH_SIZE 16
#endif

struct event {
	u64 ktime_ns;
	u32 pid;
	int path_len;
	char comm[16];
	char path[PATH_SIZE];
};
struct event *unused_event __attribute__((unused)); /* so its type is kept, for Python */

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 4096);
} events SEC(".maps");

COUNTER(seen);
COUNTER(dropped);

SEC("tp/syscalls/sys_enter_execve")
int hook(struct sys_enter_execve *ctx)
{
	struct event e = {};

	count(&seen);
	e.ktime_ns = bpf_ktime_get_ns();
	e.pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(&e.comm, sizeof(e.comm));
	e.path_len = read_path(e.path, sizeof(e.path), ctx->filename);
	if (bpf_ringbuf_output(&events, &e, sizeof(e), 0))
		count(&dropped);
	return 0;
}
