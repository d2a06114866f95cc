/* kind: no-tracepoint  line: 1  also: none  says: struct tracepoint__syscalls__sys_enter_execve */
int hook(struct tracepoint__sys_enter_execve *ctx)
{
	return ctx->filename != 0;
}
