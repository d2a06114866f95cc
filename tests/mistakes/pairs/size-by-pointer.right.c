/* kind: bounds */
struct event { int n; char path[256]; };
BPF_RINGBUF_OUTPUT(events, 8);

int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	struct event *e = events.ringbuf_reserve(sizeof(*e));
	if (!e)
		return 0;
	char *to = e->path;
	u32 n = ctx->flags;
	e->n = bpf_probe_read_user_str(to, n & (256 - 1), ctx->filename);
	events.ringbuf_submit(e, 0);
	return 0;
}
