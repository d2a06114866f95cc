struct event {
	u32 pid;
};

BPF_RINGBUF_OUTPUT(events, 8);

int hook(void *ctx)
{
	struct event e = {};

	events.ringbuf_output(&e, sizeof(e), 0);
	return 0;
}
