BPF_HASH(starts, u32, u64);

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	u32 key = 1;

	starts.delete(&key);
	return 0;
}
