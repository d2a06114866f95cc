/* SPDX-License-Identifier: Dual MIT/GPL */

/* Each record holds its own header as it was before the record was done. */
#define FIRST 4096 /* nobody else calls umask() with such numbers */

struct event {
	u32 number;
	u32 header;
	char message[20];
};

BPF_RINGBUF_OUTPUT(events, 1);
BPF_ARRAY(seen, u64, 1);
BPF_ARRAY(dropped, u64, 1);

int hook(struct tracepoint__syscalls__sys_enter_umask *ctx)
{
	struct event *e;

	if (ctx->mask < FIRST)
		return 0;
	seen.atomic_increment(0);
	e = events.ringbuf_reserve(sizeof(struct event));
	if (!e) {
		dropped.atomic_increment(0);
		return 0;
	}
	e->number = ctx->mask - FIRST;
	bpf_probe_read_kernel(&e->header, sizeof(e->header), (void *)e - 8);
	__builtin_memcpy(e->message, "hello from a record", sizeof(e->message));
	if (e->number % 4 == 1)
		events.ringbuf_discard(e, 0);
	else
		events.ringbuf_submit(e, 0);
	return 0;
}
