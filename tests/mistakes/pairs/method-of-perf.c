/* kind: no-member  line: 9  also: 5  says: events.ringbuf_output(&event, sizeof(event), 0) */
struct event {
	u32 pid;
	char path[64];
};
BPF_RINGBUF_OUTPUT(events, 8);
int hook(void *ctx)
{
	struct event event = {};
	events.perf_submit(ctx, &event, sizeof(event));
	return 0;
}
