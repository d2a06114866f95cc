/* kind: bounds  line: 17  also: 3  says: a->text[(a->used) & 511] */
struct area {
	u32 used;
	char text[1024];
};
BPF_PERCPU_ARRAY(areas, struct area, 1);

int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	u32 zero = 0;
	struct area *a = areas.lookup(&zero);

	if (!a)
		return 0;
	if (a->used > sizeof(a->text) - 128)
		return 0;
	bpf_trace_printk("%d", a->used);
	bpf_probe_read_user_str(&a->text[a->used], 128, ctx->filename);
	return 0;
}
