/* kind: builtin */
struct event { int n; char path[256]; char other[256]; };
BPF_RINGBUF_OUTPUT(events, 8);

int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	struct event *e = events.ringbuf_reserve(sizeof(*e));
	if (!e)
		return 0;
	u32 n = ctx->flags;
	for (int i = 0; i < sizeof(e->path); i++)
		if (i < n)
			e->path[i] = e->other[i];
	events.ringbuf_submit(e, 0);
	return 0;
}
