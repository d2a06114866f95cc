/* kind: bounds */
struct event { u32 pid; u32 uid; };
BPF_PERF_OUTPUT(events);

int hook(struct tracepoint__syscalls__sys_enter_write *ctx)
{
	struct event e = {};
	events.perf_submit(ctx, &e, sizeof(e));
	return 0;
}
