/* kind: context */
int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	int flags = ctx->flags + 1;
	return flags;
}
