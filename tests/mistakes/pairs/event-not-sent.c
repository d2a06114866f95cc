/* kind: no-events  line: 2  also: none  says: events.ringbuf_output(&event, sizeof(event), 0)  reads: events */
struct event { u64 now; };
BPF_RINGBUF_OUTPUT(events, 8);
int hook(void *ctx)
{
	return 0;
}
