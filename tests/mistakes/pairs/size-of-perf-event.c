/* kind: bounds  line: 7  also: none  says: sizeof(e) */
struct event { u32 pid; u32 uid; };
BPF_PERF_OUTPUT(events);

int hook(struct tracepoint__syscalls__sys_enter_write *ctx)
{
	struct event e = {};
	events.perf_submit(ctx, &e, 128);
	return 0;
}
