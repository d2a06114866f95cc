/* kind: leak  line: 11  also: 6 10  says: events.ringbuf_submit or events.ringbuf_discard */
struct event { u32 pid; u32 uid; };
BPF_RINGBUF_OUTPUT(events, 8);

int hook(struct tracepoint__syscalls__sys_enter_write *ctx)
{
	struct event *e = events.ringbuf_reserve(sizeof(*e));
	if (!e)
		return 0;
	e->uid = bpf_get_current_uid_gid();
	if (e->uid == 0)
		return 0;
	events.ringbuf_submit(e, 0);
	return 0;
}
