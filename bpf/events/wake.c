/* SPDX-License-Identifier: Dual MIT/GPL */

/* One event for each umask() call with a large number; FLAGS or a perf buffer. */
#ifndef FLAGS
#define FLAGS 0
#endif
#define CALLS 100000

struct event {
	u64 ktime_ns;
	u32 pid;
	u32 number;
};

#ifdef PERF
BPF_PERF_OUTPUT(output);
#else
BPF_RINGBUF_OUTPUT(events, 256);
#endif
BPF_ARRAY(seen, u64, 1);
BPF_ARRAY(dropped, u64, 1);

int hook(struct tracepoint__syscalls__sys_enter_umask *ctx)
{
	u32 number = ctx->mask - FIRST;
	struct event e = {};
	int refused;

	if (number >= CALLS) /* somebody else's call */
		return 0;
	seen.atomic_increment(0);
	e.ktime_ns = bpf_ktime_get_ns();
	e.pid = bpf_get_current_pid_tgid() >> 32;
	e.number = number;
#ifdef PERF
	refused = output.perf_submit(ctx, &e, sizeof(e));
#else
	refused = events.ringbuf_output(&e, sizeof(e), FLAGS);
#endif
	if (refused)
		dropped.atomic_increment(0);
	return 0;
}
