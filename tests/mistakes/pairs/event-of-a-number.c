/* kind: no-event-type  line: 5  also: none  says: Declare struct event  reads: events */
BPF_RINGBUF_OUTPUT(events, 8);
int hook(void *ctx)
{
	u64 now = bpf_ktime_get_ns();
	events.ringbuf_output(&now, sizeof(now), 0);
	return 0;
}
