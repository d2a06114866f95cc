/* kind: bounds  line: 7  also: none  says: sizeof(e) */
struct event { u32 pid; u32 uid; };
BPF_RINGBUF_OUTPUT(events, 8);

int hook(void *ctx)
{
	struct event e = {};
	events.ringbuf_output(&e, 64, 0);
	return 0;
}
