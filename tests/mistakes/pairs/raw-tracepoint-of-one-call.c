/* kind: no-tracepoint  line: none  also: none  says: Attach it to sys_enter  attach: hook=sys_enter_openat */
int hook(struct bpf_raw_tracepoint_args *ctx)
{
	return ctx->args[1] == 257;
}
