/* kind: type-name  line: 1  also: none  says: Write struct tracepoint__syscalls__sys_enter_execve. */
int hook(tracepoint__syscalls__sys_enter_execve *ctx)
{
	return ctx->filename != 0;
}
