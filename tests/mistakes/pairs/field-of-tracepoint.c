/* kind: no-member  line: 3  also: none  says: filename */
int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	return ctx->path != 0;
}
