/* kind: type-name  line: 7  also: none  says: Write struct event. */
struct event {
	u32 pid;
};
BPF_RINGBUF_OUTPUT(events, 8);
int hook(void *ctx)
{
	struct event *e = events.ringbuf_reserve(sizeof(event));
	if (!e)
		return 0;
	events.ringbuf_discard(e, 0);
	return 0;
}
