int twice(int x)
{
	return 2 * x;
}

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	return twice(ctx->__syscall_nr);
}
