/* attach: hook=sched_process_exit */
int hook(struct bpf_raw_tracepoint_args *ctx)
{
	return ctx->args[0] == 0;
}
