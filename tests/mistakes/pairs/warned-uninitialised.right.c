int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	u32 count = 0;

	if (ctx)
		count = 3;
	return count == 3;
}
