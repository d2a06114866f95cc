/* kind: bounds  line: 11  also: none  says: for (int i = 0; i < 64; i++) */
struct event { char path[64]; };
BPF_PERCPU_ARRAY(scratch, struct event, 1);

int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	int zero = 0, n = 0;
	struct event *e = scratch.lookup(&zero);
	if (!e)
		return 0;
	char *p = e->path;
	while (*p++)
		n++;
	return n;
}
