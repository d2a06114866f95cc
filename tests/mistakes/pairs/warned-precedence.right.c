int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	u32 cpu = bpf_get_smp_processor_id();

	if ((cpu & 1) == 1)
		return 1;
	return 0;
}
