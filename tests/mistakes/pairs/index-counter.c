/* kind: bounds  line: 10  also: 1  says: e->slot[(e->n++) & 7] */
struct event { u32 n; u64 slot[8]; };
BPF_PERCPU_ARRAY(scratch, struct event, 1);

int hook(struct tracepoint__syscalls__sys_enter_write *ctx)
{
	int zero = 0;
	struct event *e = scratch.lookup(&zero);
	if (!e)
		return 0;
	e->slot[e->n++] = ctx->count;
	return 0;
}
