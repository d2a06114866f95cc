/* kind: event-field  line: 3  also: none  says: has no column  reads: events */
struct event {
	u32 pid;
	union { int a; long b; } u;
};
BPF_RINGBUF_OUTPUT(events, 8);
int hook(void *ctx)
{
	struct event e = {};
	events.ringbuf_output(&e, sizeof(e), 0);
	return 0;
}
