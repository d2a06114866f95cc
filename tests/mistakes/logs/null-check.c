BPF_HASH(seen, int, u64);

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	int zero = 0;
	u64 *count = seen.lookup(&zero);

	(*count)++;
	return 0;
}
