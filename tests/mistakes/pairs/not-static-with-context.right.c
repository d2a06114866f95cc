/* kind: not-static */
struct event { u32 pid; };
BPF_PERF_OUTPUT(events);
static inline void send(void *ctx, u32 pid)
{
	struct event e = { .pid = pid };

	events.perf_submit(ctx, &e, sizeof(e));
}
int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	send(ctx, 1);
	return 0;
}
