/* kind: bounds */
struct event { u32 len; char buf[200]; };
BPF_PERCPU_ARRAY(scratch, struct event, 1);

int hook(struct tracepoint__syscalls__sys_enter_write *ctx)
{
	int zero = 0;
	struct event *e = scratch.lookup(&zero);
	if (!e)
		return 0;
	bpf_probe_read_user(e->buf, (ctx->count & 0xff) & 127, (void *)ctx->buf);
	return 0;
}
