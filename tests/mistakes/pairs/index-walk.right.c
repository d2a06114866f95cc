/* kind: bounds */
struct event { char path[64]; };
BPF_PERCPU_ARRAY(scratch, struct event, 1);

int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	int zero = 0, n = 0;
	struct event *e = scratch.lookup(&zero);
	if (!e)
		return 0;
	char *p = e->path;
	for (int i = 0; i < 64; i++) {
		if (!p[i])
			break;
		n++;
	}
	return n;
}
