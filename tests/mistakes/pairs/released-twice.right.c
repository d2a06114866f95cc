/* kind: released */
struct event { u32 pid; u32 uid; };
BPF_RINGBUF_OUTPUT(events, 8);

int hook(void *ctx)
{
	struct event *e = events.ringbuf_reserve(sizeof(*e));
	if (!e)
		return 0;
	e->pid = bpf_get_current_pid_tgid() >> 32;
	if (e->pid > 100)
		events.ringbuf_discard(e, 0);
	else
		events.ringbuf_submit(e, 0);
	return 0;
}
