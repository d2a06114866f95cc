/* kind: no-tracepoint  line: none  also: none  says: Did you mean sched_process_exit  attach: hook=sched:sched_process_exit */
int hook(struct bpf_raw_tracepoint_args *ctx)
{
	return ctx->args[0] == 0;
}
