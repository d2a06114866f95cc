/* kind: event-field  line: 3  also: none  says: u64[2]  reads: events */
struct event {
	u32 pid;
	unsigned __int128 addr;
};
BPF_RINGBUF_OUTPUT(events, 8);
int hook(void *ctx)
{
	struct event e = {};
	events.ringbuf_output(&e, sizeof(e), 0);
	return 0;
}
