/* kind: bounds  line: 11  also: 9  says: Mask it where it is given: n & (256 - 1). */
struct event { int n; char path[256]; };
BPF_RINGBUF_OUTPUT(events, 8);

int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	struct event *e = events.ringbuf_reserve(sizeof(*e));
	if (!e)
		return 0;
	char *to = e->path;
	u32 n = ctx->flags;
	e->n = bpf_probe_read_user_str(to, n, ctx->filename);
	events.ringbuf_submit(e, 0);
	return 0;
}
