/* kind: leak  line: 11  also: 6  says: reserved here */
struct event { u32 pid; };
BPF_RINGBUF_OUTPUT(events, 8);

int hook(void *ctx)
{
	struct event *e = events.ringbuf_reserve(sizeof(*e));
	e = events.ringbuf_reserve(sizeof(*e));
	if (!e)
		return 0;
	events.ringbuf_submit(e, 0);
	return 0;
}
