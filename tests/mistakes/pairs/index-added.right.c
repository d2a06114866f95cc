/* kind: bounds */
struct event { char path[256]; };
BPF_PERCPU_ARRAY(scratch, struct event, 1);

int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	int zero = 0, at = 0;
	struct event *e = scratch.lookup(&zero);
	if (!e)
		return 0;
	at = bpf_probe_read_user_str(e->path, 128, ctx->filename);
	bpf_get_current_comm(e->path + (at & 127), 16);
	return 0;
}
