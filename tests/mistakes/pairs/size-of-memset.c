/* kind: bounds  line: 10  also: none  says: sizeof(*e) */
struct event { char path[16]; };
BPF_PERCPU_ARRAY(scratch, struct event, 1);

int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	int zero = 0;
	struct event *e = scratch.lookup(&zero);
	if (!e)
		return 0;
	__builtin_memset(e, 0, 64);
	return 0;
}
