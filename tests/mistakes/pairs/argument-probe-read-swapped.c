/* kind: argument  line: 7  also: none  says: bpf_probe_read_user_str(e.path, sizeof(e.path), ctx->filename) */
struct event { char path[64]; };
BPF_RINGBUF_OUTPUT(events, 8);

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	struct event e = {};
	bpf_probe_read_user_str(ctx->filename, sizeof(e.path), e.path);
	events.ringbuf_output(&e, sizeof(e), 0);
	return 0;
}
