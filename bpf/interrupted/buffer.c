/* SPDX-License-Identifier: Dual MIT/GPL */

struct event {
	u64 ktime_ns;
	u32 pid;
	u32 busy;
	char first[8];
	char second[8];
};

BPF_PERCPU_ARRAY(BUF, struct event, 1);
BPF_HASH(OWN, u32, u8, 1);
BPF_RINGBUF_OUTPUT(events, 64);
BPF_ARRAY(seen, u64, 1);
BPF_ARRAY(dropped, u64, 1);
BPF_ARRAY(nested, u64, 1);

/* Fill the buffer in two steps, with a line for the trace in between, and send it. */
int writer(void *ctx)
{
	int zero = 0;
	u32 pid = bpf_get_current_pid_tgid() >> 32;
	struct event *e = BUF.lookup(&zero);

	if (!e || !OWN.lookup(&pid))
		return 0;
	if (e->busy) { /* inside itself: most kernels skip such a run */
		nested.atomic_increment(0);
		return 0;
	}
	e->busy = 1;
	e->ktime_ns = bpf_ktime_get_ns();
	e->pid = pid;
	__builtin_memcpy(e->first, "writer", 7);
	bpf_trace_printk("half way");
	__builtin_memcpy(e->second, "writer", 7);
	seen.atomic_increment(0);
	if (events.ringbuf_output(e, sizeof(*e), 0))
		dropped.atomic_increment(0);
	e->busy = 0;
	return 0;
}

/* Use the same buffer, for something else. */
int other(void *ctx)
{
	int zero = 0;
	struct event *e = BUF.lookup(&zero);

	if (!e)
		return 0;
	__builtin_memcpy(e->first, "other", 6);
	__builtin_memcpy(e->second, "other", 6);
	return 0;
}
