int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	u32 pid = bpf_get_current_pid_tgid() >> 32;
	char text[] = "entered";

	bpf_trace_printk("%d is in state %s", pid, text);
	return 0;
}
