/* kind: stack */
#define LONGEST 2048
struct report {
	u64 when;
	char text[LONGEST];
};
BPF_PERF_OUTPUT(reports);
BPF_PERCPU_ARRAY(scratch, struct report, 1);

int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	int zero = 0;
	struct report *r = scratch.lookup(&zero);
	if (!r)
		return 0;
	r->when = bpf_ktime_get_ns();
	bpf_probe_read_user_str(r->text, sizeof(r->text), ctx->filename);
	reports.perf_submit(ctx, r, sizeof(*r));
	return 0;
}
