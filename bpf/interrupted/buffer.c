/* SPDX-License-Identifier: Dual MIT/GPL */

struct event {
	u64 ktime_ns;
	u32 pid;
	u32 cpu;
	char text[32];
};

BPF_PERCPU_ARRAY(BUF, struct event, 1);
BPF_HASH(OWN, u32, u8, 1);
BPF_RINGBUF_OUTPUT(events, 64);
BPF_ARRAY(seen, u64, 1);
BPF_ARRAY(dropped, u64, 1);

/* Fill the buffer in two steps, with a line for the trace in between, and send it. */
int writer(void *ctx)
{
	int zero = 0;
	u32 pid = bpf_get_current_pid_tgid() >> 32;
	struct event *e = BUF.lookup(&zero);

	if (!e || !OWN.lookup(&pid))
		return 0;
	e->ktime_ns = bpf_ktime_get_ns();
	e->pid = pid;
	e->cpu = bpf_get_smp_processor_id();
	__builtin_memcpy(e->text, "WRITER_WROTE_ALL", 16);
	bpf_trace_printk("half way");
	__builtin_memcpy(e->text + 16, "_OF_THIS_MESSAGE", 16);
	seen.atomic_increment(0);
	if (events.ringbuf_output(e, sizeof(*e), 0))
		dropped.atomic_increment(0);
	return 0;
}

/* Use the same buffer, for something else. */
int other(void *ctx)
{
	int zero = 0;
	struct event *e = BUF.lookup(&zero);

	if (e)
		__builtin_memcpy(e->text, "other.was.here.too.and.wrote.all", 32);
	return 0;
}
