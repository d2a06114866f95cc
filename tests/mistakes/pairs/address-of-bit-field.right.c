struct event { u32 pid; u32 failed : 1; };
BPF_HASH(seen, u32, u32);

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	struct event e = {};
	e.pid = bpf_get_current_pid_tgid() >> 32;
	u32 value = e.failed;
	seen.update(&e.pid, &value);
	return 0;
}
