/* SPDX-License-Identifier: Dual MIT/GPL */

#ifndef PER_CPU
#define PER_CPU 1
#endif

struct SharedState {
	u32 per_event_count;
	u32 total_count;
};

struct event {
	u64 ktime_ns;
	u32 pid;
	u32 cpu;
	u32 prog;
	u32 per_event_count;
	u32 total_count;
	u32 unused;
};

#if PER_CPU
BPF_PERCPU_ARRAY(PER_CPU_MAP, struct SharedState, 1);
#else
BPF_ARRAY(PER_CPU_MAP, struct SharedState, 1);
#endif
BPF_PROG_ARRAY(TAIL_CALL_MAP, 2);
BPF_RINGBUF_OUTPUT(events, 256);
BPF_ARRAY(seen, u64, 1);
BPF_ARRAY(dropped, u64, 1);

static __always_inline void report(struct SharedState *state, u32 prog)
{
	struct event e = {};

	e.ktime_ns = bpf_ktime_get_ns();
	e.pid = bpf_get_current_pid_tgid() >> 32;
	e.cpu = bpf_get_smp_processor_id();
	e.prog = prog;
	e.per_event_count = state->per_event_count;
	e.total_count = state->total_count;
	seen.atomic_increment(0);
	if (events.ringbuf_output(&e, sizeof(e), 0))
		dropped.atomic_increment(0);
}
