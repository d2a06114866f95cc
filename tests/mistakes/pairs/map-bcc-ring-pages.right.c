struct event {
	u32 pid;
};

BPF_RINGBUF_OUTPUT(events, 8);

int hook(void *ctx)
{
	return 0;
}
