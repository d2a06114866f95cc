int hook(struct tracepoint__syscalls__sys_enter_close *ctx)
{
	return ctx->fd != 0;
}
