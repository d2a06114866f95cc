/* kind: context  line: 3  also: none  says: ctx->filename is written to */
int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	ctx->filename = 0;
	return 0;
}
