int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	if (bpf_get_smp_processor_id())
		return 1;

	return 0;
}
