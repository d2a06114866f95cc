/* kind: stack  line: 10  also: none  says: per-CPU array of one entry */
#define LONGEST 2048
struct report {
	u64 when;
	char text[LONGEST];
};
BPF_PERF_OUTPUT(reports);

int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	struct report r = {};
	r.when = bpf_ktime_get_ns();
	bpf_probe_read_user_str(r.text, sizeof(r.text), ctx->filename);
	reports.perf_submit(ctx, &r, sizeof(r));
	return 0;
}
