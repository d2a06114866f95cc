BPF_HASH(starts, u32, u64);

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	u32 id = 3;
	u64 *first = starts.lookup(&id);

	if (!first)
		return 0;
	return *first == 3;
}
