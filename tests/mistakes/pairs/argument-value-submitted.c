/* kind: argument  line: 10  also: none  says: events.ringbuf_output(e, sizeof(*e), 0) */
struct event { u32 pid; };
BPF_HASH(kept, u32, struct event);
BPF_RINGBUF_OUTPUT(events, 8);

int hook(void *ctx)
{
	u32 k = 1;
	struct event *e = kept.lookup(&k);
	if (e)
		events.ringbuf_submit(e, 0);
	return 0;
}
