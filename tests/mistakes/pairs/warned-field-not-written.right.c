struct event { u64 ts; u32 pid; u32 uid; };
BPF_RINGBUF_OUTPUT(events, 8);

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	struct event e = {};
	e.ts = bpf_ktime_get_ns();
	e.pid = bpf_get_current_pid_tgid() >> 32;
	e.uid = bpf_get_current_uid_gid();
	events.ringbuf_output(&e, sizeof(e), 0);
	return 0;
}
