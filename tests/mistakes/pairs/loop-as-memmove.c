/* kind: builtin  line: 11  also: none  says: The compiler turns this loop into a memmove */
struct event { int n; char path[256]; char other[256]; };
BPF_RINGBUF_OUTPUT(events, 8);

int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	struct event *e = events.ringbuf_reserve(sizeof(*e));
	if (!e)
		return 0;
	u32 n = ctx->flags;
	for (int i = 0; i < n; i++)
		e->path[i] = e->other[i];
	events.ringbuf_submit(e, 0);
	return 0;
}
