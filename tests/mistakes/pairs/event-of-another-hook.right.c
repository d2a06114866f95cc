int hook(struct tracepoint__syscalls__sys_enter_unlinkat *ctx)
{
	return ctx->flag != 0;
}
