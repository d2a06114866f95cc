/* kind: event-field  line: 3  also: none  says: Make it a u8.  reads: events */
struct event {
	u32 pid;
	u32 flag : 3;
};
BPF_RINGBUF_OUTPUT(events, 8);
int hook(void *ctx)
{
	struct event e = {};
	events.ringbuf_output(&e, sizeof(e), 0);
	return 0;
}
