/* kind: context  line: 3  also: none  says: ctx->flags is written to */
int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	__sync_fetch_and_add(&ctx->flags, 1);
	return 0;
}
