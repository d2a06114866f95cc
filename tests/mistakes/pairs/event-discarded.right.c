/* kind: no-events */
struct event { u32 pid; };
BPF_RINGBUF_OUTPUT(events, 8);
int hook(void *ctx)
{
	struct event *e = events.ringbuf_reserve(sizeof(struct event));
	if (!e)
		return 0;
	e->pid = bpf_get_current_pid_tgid() >> 32;
	events.ringbuf_submit(e, 0);
	return 0;
}
