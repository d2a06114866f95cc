/* kind: context  line: 1  also: none  says: is for raw_tracepoint  type: kprobe */
int hook(struct bpf_raw_tracepoint_args *ctx)
{
	return ctx->args[1] == 59;
}
