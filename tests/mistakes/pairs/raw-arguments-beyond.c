/* kind: attach  line: none  also: none  says: reads more arguments than this hook has: 2.  attach: hook=sys_enter */
int hook(struct bpf_raw_tracepoint_args *ctx)
{
	return ctx->args[7] != 0;
}
