/* kind: bounds  line: 12  also: 8  says: n & 63 */
struct event { u64 a; char text[100]; };
BPF_PERCPU_ARRAY(scratch, struct event, 1);
BPF_PERF_OUTPUT(events);

int hook(void *ctx)
{
	int zero = 0;
	struct event *e = scratch.lookup(&zero);
	if (!e)
		return 0;
	u32 n = bpf_get_prandom_u32();
	events.perf_submit(ctx, e, n);
	return 0;
}
