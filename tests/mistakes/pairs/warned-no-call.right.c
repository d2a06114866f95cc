int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	u64 both = bpf_get_current_pid_tgid();

	return both >> 32 == 1;
}
