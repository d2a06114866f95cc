BPF_RINGBUF_OUTPUT(events, 8);

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	char buf[16] = {};

	events.ringbuf_output(buf, sizeof(buf), 0);
	return 0;
}
