/* SPDX-License-Identifier: Dual MIT/GPL */

/*
 * Each umask() call with a number that nobody else would pass goes to user
 * space by both ways.
 */
#ifndef PAGES
#define PAGES 8
#endif
#define CALLS 100000

struct event {
	u64 ktime_ns;
	u32 pid;
	u32 cpu;
	u32 number;
	char message[12];
};

BPF_PERF_OUTPUT(output);
BPF_RINGBUF_OUTPUT(events, PAGES);
BPF_ARRAY(seen, u64, 1);
BPF_ARRAY(dropped, u64, 1);
BPF_ARRAY(refused, u64, 1);

int hook(struct tracepoint__syscalls__sys_enter_umask *ctx)
{
	u32 number = ctx->mask - FIRST;
	struct event e = { .message = "hello world" };

	if (number >= CALLS) /* somebody else's call */
		return 0;
	seen.atomic_increment(0);
	e.ktime_ns = bpf_ktime_get_ns();
	e.pid = bpf_get_current_pid_tgid() >> 32;
	e.cpu = bpf_get_smp_processor_id();
	e.number = number;
	if (events.ringbuf_output(&e, sizeof(e), 0))
		dropped.atomic_increment(0);
	if (output.perf_submit(ctx, &e, sizeof(e)))
		refused.atomic_increment(0);
	return 0;
}
