/* kind: array  line: 9  also: none  says: bpf_probe_read_user_str(&e.path, sizeof(e.path), ctx->filename) */
struct event {
	u32 pid;
	char path[64];
};
BPF_RINGBUF_OUTPUT(events, 8);
int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	struct event e = {};
	e.path = ctx->filename;
	events.ringbuf_output(&e, sizeof(e), 0);
	return 0;
}
