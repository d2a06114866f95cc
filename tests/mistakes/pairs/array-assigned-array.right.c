/* kind: array */
struct event {
	u32 pid;
	char comm[16];
};
BPF_RINGBUF_OUTPUT(events, 8);
int hook(struct tracepoint__sched__sched_process_exit *ctx)
{
	struct event e = {};
	__builtin_memcpy(&e.comm, ctx->comm, sizeof(e.comm));
	events.ringbuf_output(&e, sizeof(e), 0);
	return 0;
}
