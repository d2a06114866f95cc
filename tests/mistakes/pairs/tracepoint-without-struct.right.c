/* kind: type-name */
int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	return ctx->filename != 0;
}
