/* kind: no-event-type */
struct event { u64 now; };
BPF_RINGBUF_OUTPUT(events, 8);
int hook(void *ctx)
{
	struct event e = { .now = bpf_ktime_get_ns() };
	events.ringbuf_output(&e, sizeof(e), 0);
	return 0;
}
