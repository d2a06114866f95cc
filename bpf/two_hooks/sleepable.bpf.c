/* SPDX-License-Identifier: Dual MIT/GPL */
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "cold_path.h"

struct event {
	__u32 pid;
	int path_len;
	char path[256];
};
struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

/* The event is on the stack: while this program waits, another may use a buffer of this CPU. */
static int tell(const char *path)
{
	struct event e = { .pid = bpf_get_current_pid_tgid() >> 32 };

	e.path_len = read_cold_path(e.path, sizeof(e.path), path);
	bpf_ringbuf_output(&events, &e, sizeof(e), 0);
	return 0;
}

#ifdef __TARGET_ARCH_arm64
#define EXECVE "__arm64_sys_execve"
#else
#define EXECVE "__x64_sys_execve"
#endif

#ifdef AT_FUNCTION /* its argument is in the registers of the caller */
SEC("fentry.s/" EXECVE)
int at_function(struct pt_regs **ctx)
{
	return tell((const char *)PT_REGS_PARM1_SYSCALL(ctx[0]));
}
#else
SEC("tp.s/syscalls/sys_enter_execve")
int at_tracepoint(struct { __u64 common, number; const char *path; } *ctx)
{
	return tell(ctx->path);
}
#endif

char LICENSE[] SEC("license") = "Dual MIT/GPL";
