/* kind: pointer  line: 6  also: 3  says: last is a global variable, and has no memory here */
struct event { char comm[16]; };
BPF_RINGBUF_OUTPUT(events, 8);
static struct event last;
int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	bpf_get_current_comm(last.comm, sizeof(last.comm));
	events.ringbuf_output(&last, sizeof(last), 0);
	return 0;
}
