/* kind: leak  line: 10  also: 6  says: neither submitted nor discarded */
struct event { u32 pid; u32 uid; };
BPF_RINGBUF_OUTPUT(events, 8);

int hook(struct tracepoint__syscalls__sys_enter_write *ctx)
{
	struct event *e = events.ringbuf_reserve(sizeof(*e));
	if (!e)
		return 0;
	e->uid = bpf_get_current_uid_gid();
	return 0;
}
