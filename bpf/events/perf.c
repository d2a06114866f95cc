/* SPDX-License-Identifier: Dual MIT/GPL */

struct event {
	u32 pid;
	u32 uid;
	char comm[16];
	char message[12];
};

BPF_PERF_OUTPUT(output);

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	struct event e = { .message = "hello world" };

	e.pid = bpf_get_current_pid_tgid() >> 32;
	e.uid = bpf_get_current_uid_gid();
	bpf_get_current_comm(&e.comm, sizeof(e.comm));
	output.perf_submit(ctx, &e, sizeof(e));
	return 0;
}
