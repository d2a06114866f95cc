/* kind: released  line: 11  also: 10  says: used after it was submitted */
struct event { u32 pid; u32 uid; };
BPF_RINGBUF_OUTPUT(events, 8);

int hook(void *ctx)
{
	struct event *e = events.ringbuf_reserve(sizeof(*e));
	if (!e)
		return 0;
	e->pid = bpf_get_current_pid_tgid() >> 32;
	events.ringbuf_submit(e, 0);
	e->uid = bpf_get_current_uid_gid();
	return 0;
}
