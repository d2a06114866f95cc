/* kind: null-check  line: 9  also: 6 7  says: only inside if (e) */
struct event { u32 pid; };
BPF_RINGBUF_OUTPUT(events, 8);

int hook(void *ctx)
{
	struct event *e = events.ringbuf_reserve(sizeof(*e));
	if (e)
		e->pid = 1;
	events.ringbuf_submit(e, 0);
	return 0;
}
