/* kind: argument  line: 7  also: none  says: Give ctx */
struct event { u32 pid; };
BPF_PERF_OUTPUT(events);

int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	struct event e = {};
	events.perf_submit(&e, &e, sizeof(e));
	return 0;
}
