/* SPDX-License-Identifier: Dual MIT/GPL */
#include "path.h"

/* An execve, from its entry to its end. */
struct event {
	u64 t_enter, t_exit;
	s64 ret;
	u32 pid, tid, cpu;
	u32 tid_enter, cpu_enter;
	int path_len;
	char comm_enter[16];
	char comm[16];
	char path[512];
};

/* What is known when the call is entered, written into e. */
static __always_inline void entered(struct event *e, const char *path)
{
	e->tid_enter = bpf_get_current_pid_tgid();
	e->cpu_enter = bpf_get_smp_processor_id();
	bpf_get_current_comm(&e->comm_enter, sizeof(e->comm_enter));
	__builtin_memset(e->path, 0, sizeof(e->path));
	e->path_len = read_path(e->path, sizeof(e->path), path);
	e->t_enter = bpf_ktime_get_ns();
}

/* And what is known when it returns. */
static __always_inline void left(struct event *e, s64 ret)
{
	e->t_exit = bpf_ktime_get_ns();
	e->ret = ret;
	e->pid = bpf_get_current_pid_tgid() >> 32;
	e->tid = bpf_get_current_pid_tgid();
	e->cpu = bpf_get_smp_processor_id();
	bpf_get_current_comm(&e->comm, sizeof(e->comm));
}
