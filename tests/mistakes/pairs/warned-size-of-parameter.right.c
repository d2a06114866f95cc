struct event { char comm[16]; };
BPF_RINGBUF_OUTPUT(events, 8);

static void fill(char comm[16])
{
	bpf_get_current_comm(comm, sizeof(char[16]));
}

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	struct event e = {};
	fill(e.comm);
	events.ringbuf_output(&e, sizeof(e), 0);
	return 0;
}
