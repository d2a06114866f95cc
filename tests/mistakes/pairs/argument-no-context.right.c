/* kind: argument */
struct event { u32 pid; };
BPF_PERF_OUTPUT(events);

int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	struct event e = {};
	events.perf_submit(ctx, &e, sizeof(e));
	return 0;
}
