/* SPDX-License-Identifier: Dual MIT/GPL */

#ifndef SLOTS
#define SLOTS 512
#endif

enum kind { OTHER, EXEC, TIMER, IGNORED };

struct event {
	u64 ktime_ns;
	u32 pid;
	u32 nr;
	u32 kind;
	u32 cpu;
	char comm[16];
};

BPF_PROG_ARRAY(SYSCALL, SLOTS);
BPF_HASH(OWN, u32, u8, 64);
BPF_ARRAY(SKIP_OTHERS, u32, 1);
BPF_RINGBUF_OUTPUT(events, 256);
BPF_PERCPU_ARRAY(seen, u64, 1);
BPF_PERCPU_ARRAY(filtered, u64, 1);
BPF_PERCPU_ARRAY(dropped, u64, 1);

/* Send a call of one of our processes; count it, sent or not. */
static __always_inline int report(struct bpf_raw_tracepoint_args *ctx, u32 kind)
{
	struct event e = {};

	seen.atomic_increment(0);
	e.pid = bpf_get_current_pid_tgid() >> 32;
	if (!OWN.lookup(&e.pid)) {
		filtered.atomic_increment(0);
		return kind;
	}
	e.ktime_ns = bpf_ktime_get_ns();
	e.nr = ctx->args[1];
	e.kind = kind;
	e.cpu = bpf_get_smp_processor_id();
	bpf_get_current_comm(&e.comm, sizeof(e.comm));
	if (events.ringbuf_output(&e, sizeof(e), 0))
		dropped.atomic_increment(0);
	return kind;
}

/* Count a call that nobody wants to read. */
static __always_inline int leave_out(u32 kind)
{
	seen.atomic_increment(0);
	filtered.atomic_increment(0);
	return kind;
}
