/* kind: bounds */
struct event { u32 pid; u32 uid; };
BPF_RINGBUF_OUTPUT(events, 8);

int hook(void *ctx)
{
	struct event e = {};
	events.ringbuf_output(&e, sizeof(e), 0);
	return 0;
}
