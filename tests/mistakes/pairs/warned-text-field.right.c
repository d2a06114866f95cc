struct event {
	u32 pid;
	char name[16];
};
BPF_RINGBUF_OUTPUT(events, 4);
int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	struct event *e = events.ringbuf_reserve(sizeof(*e));
	if (!e)
		return 0;
	bpf_get_current_comm(e->name, sizeof(e->name));
	if (e->name[0] != 'l' || e->name[1] != 's' || e->name[2] != 0)
		e->pid = bpf_get_current_pid_tgid() >> 32;
	events.ringbuf_submit(e, 0);
	return 0;
}
