/* SPDX-License-Identifier: Dual MIT/GPL */
#include "base.bpf.h"

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
struct event *unused_event __attribute__((unused)); /* so its type is kept, for Python */

struct {
	__uint(type, PER_CPU ? BPF_MAP_TYPE_PERCPU_ARRAY : BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, struct SharedState);
} PER_CPU_MAP SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__type(key, u32);
	__type(value, u32);
} TAIL_CALL_MAP SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 4096);
} events SEC(".maps");

COUNTER(seen);
COUNTER(dropped);

static __always_inline void report(struct SharedState *state, u32 prog)
{
	struct event e = {};

	e.ktime_ns = bpf_ktime_get_ns();
	e.pid = bpf_get_current_pid_tgid() >> 32;
	e.cpu = bpf_get_smp_processor_id();
	e.prog = prog;
	e.per_event_count = state->per_event_count;
	e.total_count = state->total_count;
	count(&seen);
	if (bpf_ringbuf_output(&events, &e, sizeof(e), 0))
		count(&dropped);
}
