/* kind: argument */
struct event { char comm[16]; };
BPF_RINGBUF_OUTPUT(events, 8);

int hook(void *ctx)
{
	struct event *e = events.ringbuf_reserve(sizeof(*e));
	if (!e)
		return 0;
	bpf_get_current_comm(e->comm, 16);
	events.ringbuf_submit(e, 0);
	return 0;
}
