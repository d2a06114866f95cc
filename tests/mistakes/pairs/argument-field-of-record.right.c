/* kind: argument */
struct event { u32 pid; u32 uid; };
BPF_RINGBUF_OUTPUT(events, 8);

int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	struct event *e = events.ringbuf_reserve(sizeof(*e));
	if (!e)
		return 0;
	events.ringbuf_submit(e, 0);
	return 0;
}
