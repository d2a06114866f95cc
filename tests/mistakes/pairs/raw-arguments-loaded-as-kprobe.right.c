/* type:  */
int hook(struct bpf_raw_tracepoint_args *ctx)
{
	return ctx->args[1] == 59;
}
