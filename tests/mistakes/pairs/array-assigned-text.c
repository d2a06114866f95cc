/* kind: array  line: 9  also: none  says: __builtin_memcpy(e.path, "none", sizeof("none")) */
struct event {
	u32 pid;
	char path[64];
};
BPF_RINGBUF_OUTPUT(events, 8);
int hook(void *ctx)
{
	struct event e = {};
	e.path = "none";
	events.ringbuf_output(&e, sizeof(e), 0);
	return 0;
}
