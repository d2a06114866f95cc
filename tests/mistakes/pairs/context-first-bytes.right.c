/* kind: context */
int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	return ctx->__syscall_nr;
}
