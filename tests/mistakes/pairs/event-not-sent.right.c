/* kind: no-events */
struct event { u64 now; };
BPF_RINGBUF_OUTPUT(events, 8);
int hook(void *ctx)
{
	struct event event = {};
	events.ringbuf_output(&event, sizeof(event), 0);
	return 0;
}
