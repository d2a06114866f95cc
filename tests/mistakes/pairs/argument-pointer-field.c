/* kind: argument  line: 9  also: none  says: e->comm is a number to the verifier */
struct event { char *comm; };
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
