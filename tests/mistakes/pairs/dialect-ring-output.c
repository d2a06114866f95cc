/* kind: dialect  line: 11  also: 5  says: events.ringbuf_output(&e, sizeof(e), 0) */
struct event {
	u32 pid;
};

BPF_RINGBUF_OUTPUT(events, 8);

int hook(void *ctx)
{
	struct event e = {};

	bpf_ringbuf_output(&events, &e, sizeof(e), 0);
	return 0;
}
