int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	volatile u64 x = 0;

	for (int i = 0; i < 2000000; i++)
		x += bpf_ktime_get_ns();
	return 0;
}
