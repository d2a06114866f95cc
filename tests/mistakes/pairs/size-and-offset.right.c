/* kind: bounds */
struct data {
	u32 n;
	char msg[128];
};
BPF_PERCPU_ARRAY(heap, struct data, 1);

int hook(struct tracepoint__syscalls__sys_enter_write *ctx)
{
	u32 zero = 0;
	struct data *d = heap.lookup(&zero);

	if (!d)
		return 0;
	u64 done = bpf_get_prandom_u32() & 127;
	u64 left = sizeof(d->msg) - done;
	int len = ctx->count < left ? ctx->count : left;
	bpf_probe_read_user(d->msg + (done & 63), len & 63, ctx->buf);
	return 0;
}
