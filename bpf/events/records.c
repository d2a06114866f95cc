/* SPDX-License-Identifier: Dual MIT/GPL */

/* Each record holds its own header as it was before the record was done. */
#ifndef PAGES
#define PAGES 1
#endif

struct event {
	u32 number;
	u32 header;
	char message[20];
};

BPF_RINGBUF_OUTPUT(events, PAGES);
BPF_ARRAY(seen, u64, 1);
BPF_ARRAY(dropped, u64, 1);

int hook(struct tracepoint__syscalls__sys_enter_umask *ctx)
{
	u32 number = ctx->mask - FIRST;
	struct event *e;

	if (number >= 100000) /* somebody else's call */
		return 0;
	seen.atomic_increment(0);
	e = events.ringbuf_reserve(sizeof(struct event));
	if (!e) {
		dropped.atomic_increment(0);
		return 0;
	}
	e->number = number;
	bpf_probe_read_kernel(&e->header, sizeof(e->header), (void *)e - 8);
	__builtin_memcpy(e->message, "hello from a record", sizeof(e->message));
	if (e->number % 4 == 1)
		events.ringbuf_discard(e, 0);
	else
		events.ringbuf_submit(e, 0);
	return 0;
}
