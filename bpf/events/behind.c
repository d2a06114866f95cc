/* SPDX-License-Identifier: Dual MIT/GPL */

/*
 * Record 2 is written while record 1 is still being written: the trace line of
 * first() runs second() in its middle. PID makes one call, of number NR.
 */
struct event {
	u64 done_ns;
	u32 pid;
	u32 number;
};

BPF_RINGBUF_OUTPUT(events, 1);

/* At sys_enter. */
int first(struct bpf_raw_tracepoint_args *ctx)
{
	struct event *e;

	if (bpf_get_current_pid_tgid() >> 32 != PID || ctx->args[1] != NR)
		return 0;
	e = events.ringbuf_reserve(sizeof(struct event));
	if (!e)
		return 0;
	e->pid = PID;
	e->number = 1;
	bpf_trace_printk("half way");
	e->done_ns = bpf_ktime_get_ns();
	events.ringbuf_submit(e, 0);
	return 0;
}

/* At bpf_trace_printk. */
int second(void *ctx)
{
	struct event e = { .pid = PID, .number = 2 };

	if (bpf_get_current_pid_tgid() >> 32 != PID)
		return 0;
	e.done_ns = bpf_ktime_get_ns();
	events.ringbuf_output(&e, sizeof(e), 0);
	return 0;
}
