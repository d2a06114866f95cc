/* kind: warning  line: 5  says: char text[] = "entered"; */
int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	u32 pid = bpf_get_current_pid_tgid() >> 32;

	bpf_trace_printk("%d is in state %s", pid, "entered");
	return 0;
}
