int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	return ctx->dfd != 0;
}
