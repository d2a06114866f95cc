/* kind: constant-size  line: 7  also: none  says: events.ringbuf_output(&event, n, 0) */
struct event { u32 pid; char rest[64]; };
BPF_RINGBUF_OUTPUT(events, 8);

int hook(struct tracepoint__syscalls__sys_enter_write *ctx)
{
	u64 n = ctx->count & 63;
	struct event *e = events.ringbuf_reserve(n);
	if (!e)
		return 0;
	events.ringbuf_submit(e, 0);
	return 0;
}
