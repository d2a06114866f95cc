/* kind: bounds  line: 10  also: 1  says: sizeof(n->path) */
struct name { u32 pid; char path[32]; };
BPF_PERCPU_ARRAY(scratch, struct name, 1);

int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	int zero = 0;
	struct name *n = scratch.lookup(&zero);
	if (!n)
		return 0;
	bpf_probe_read_user_str(n->path, 64, ctx->filename);
	return 0;
}
