/* kind: map  line: 5  also: none  says: BPF_RINGBUF_OUTPUT(events, 8) */
struct event {
	u32 pid;
};

BPF_RINGBUF_OUTPUT(events, 6);

int hook(void *ctx)
{
	return 0;
}
