/* kind: attach  line: none  also: none  says: Let it take struct tracepoint__syscalls__sys_enter_unlinkat *  attach: hook=syscalls:sys_enter_unlinkat */
int hook(struct tracepoint__syscalls__sys_enter_mkdirat *ctx)
{
	return ctx->mode != 0;
}
