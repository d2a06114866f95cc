/* SPDX-License-Identifier: Dual MIT/GPL */

/*
 * Record 2 is written while record 1 is still being written: the trace line of
 * first() runs second() in its middle. Thread TID makes one call, of number NR.
 */
struct event {
	u32 number;
	u32 tid;
	u64 done_ns;
};

struct both {
	char bytes[48]; /* two records, each with its header */
};

BPF_RINGBUF_OUTPUT(events, 1);
BPF_ARRAY(begins, u64, 1);
BPF_ARRAY(half_way, struct both, 1);

/* At sys_enter. */
int first(struct bpf_raw_tracepoint_args *ctx)
{
	int zero = 0;
	struct event *e;
	void *header;

	if ((u32)bpf_get_current_pid_tgid() != TID || ctx->args[1] != NR)
		return 0;
	e = events.ringbuf_reserve(sizeof(struct event));
	if (!e)
		return 0;
	e->number = 1;
	e->tid = TID;
	header = (void *)e - 8;
	begins.update(&zero, (u64 *)&header);
	bpf_trace_printk("half way");
	e->done_ns = bpf_ktime_get_ns();
	events.ringbuf_submit(e, 0);
	return 0;
}

/* At bpf_trace_printk. */
int second(void *ctx)
{
	int zero = 0;
	struct event e = { .number = 2, .tid = TID };
	u64 *header = begins.lookup(&zero);
	struct both *both = half_way.lookup(&zero);

	if ((u32)bpf_get_current_pid_tgid() != TID || !header || !both)
		return 0;
	e.done_ns = bpf_ktime_get_ns();
	events.ringbuf_output(&e, sizeof(e), 0);
	bpf_probe_read_kernel(both, sizeof(*both), (void *)*header);
	return 0;
}
