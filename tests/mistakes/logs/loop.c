BPF_ARRAY(seen, u64, 1);

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	volatile int x = 0;

	while (x < 1)
		seen.atomic_increment(0);
	return 0;
}
