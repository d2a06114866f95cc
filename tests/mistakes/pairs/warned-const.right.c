int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	const char * path = ctx->filename;

	return path == 0;
}
