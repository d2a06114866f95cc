/* kind: not-static  line: 3  also: none  says: void *ctx */
struct event { u32 pid; };
BPF_PERF_OUTPUT(events);
void send(struct tracepoint__syscalls__sys_enter_execve *ctx, u32 pid)
{
	struct event e = { .pid = pid };

	events.perf_submit(ctx, &e, sizeof(e));
}
int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	send(ctx, 1);
	return 0;
}
