/* kind: no-member  line: 3  also: none  says: struct tracepoint__syscalls__sys_enter_execve *ctx */
int hook(void *ctx)
{
	return ctx->filename != 0;
}
