/* kind: bounds  line: 7  also: 1  says: sizeof(e.path) */
struct event { u32 pid; char path[64]; };
BPF_RINGBUF_OUTPUT(events, 8);

int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	struct event e = {};
	u64 n = bpf_probe_read_user_str(&e.path, 256, ctx->filename);
	e.pid = n;
	events.ringbuf_output(&e, sizeof(e), 0);
	return 0;
}
