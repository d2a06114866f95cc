/* SPDX-License-Identifier: Dual MIT/GPL */

/* Three ways to say that something happened, and one that says nothing. */
struct event {
	u64 ktime_ns;
	u64 number;
};

BPF_RINGBUF_OUTPUT(events, 64);
BPF_PERCPU_ARRAY(count, u64, 1);

int nothing(void *ctx)
{
	return 0;
}

int counter(void *ctx)
{
	count.increment(0);
	return 0;
}

int event(void *ctx)
{
	struct event e = {};

	e.ktime_ns = bpf_ktime_get_ns();
	e.number = 1;
	events.ringbuf_output(&e, sizeof(e), BPF_RB_NO_WAKEUP);
	return 0;
}

int line(void *ctx)
{
	bpf_trace_printk("Hello World!");
	return 0;
}
