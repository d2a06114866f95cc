/* kind: warning  line: 3  says: Write char path[64]; */
struct event {
	u32 pid;
	const char *path;
};
BPF_RINGBUF_OUTPUT(events, 4);
int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	struct event e = {};

	e.path = ctx->filename;
	events.ringbuf_output(&e, sizeof(e), 0);
	return 0;
}
