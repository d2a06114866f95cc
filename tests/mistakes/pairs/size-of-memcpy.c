/* kind: bounds  line: 12  also: none  says: sizeof(e->path) */
struct event { char path[16]; };
BPF_PERCPU_ARRAY(scratch, struct event, 1);

int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	int zero = 0;
	char big[64] = {};
	struct event *e = scratch.lookup(&zero);
	if (!e)
		return 0;
	bpf_get_current_comm(&big, sizeof(big));
	__builtin_memcpy(e->path, big, sizeof(big));
	return 0;
}
