/* kind: no-member */
struct event {
	u32 pid;
	char path[64];
};
BPF_RINGBUF_OUTPUT(events, 8);
int hook(void *ctx)
{
	struct event event = {};
	events.ringbuf_output(&event, sizeof(event), 0);
	return 0;
}
