/* kind: undeclared  line: 3  also: none  says: ctx->field */
int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	return args->filename != 0;
}
