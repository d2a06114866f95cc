int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	if (bpf_get_prandom_u32())
		return 1;
	return 0;
}
