/* kind: no-member  line: 9  also: 1  says: It has pid, path. */
struct event {
	u32 pid;
	char path[64];
};
BPF_RINGBUF_OUTPUT(events, 8);
int hook(void *ctx)
{
	struct event e = {};
	e.user = 3;
	events.ringbuf_output(&e, sizeof(e), 0);
	return 0;
}
