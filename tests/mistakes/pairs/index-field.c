/* kind: bounds  line: 10  also: 1  says: e->path[(e->len) & 63] */
struct event { u32 len; char path[64]; };
BPF_RINGBUF_OUTPUT(events, 8);

int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	struct event *e = events.ringbuf_reserve(sizeof(*e));
	if (!e)
		return 0;
	e->len = bpf_probe_read_user_str(e->path, sizeof(e->path), ctx->filename);
	e->path[e->len] = 0;
	events.ringbuf_submit(e, 0);
	return 0;
}
