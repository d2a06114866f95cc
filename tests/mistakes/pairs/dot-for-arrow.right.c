/* kind: arrow */
struct event {
	u32 pid;
};
BPF_PERCPU_ARRAY(scratch, struct event, 1);
int hook(void *ctx)
{
	int zero = 0;
	struct event *e = scratch.lookup(&zero);
	if (!e)
		return 0;
	e->pid = 3;
	return 0;
}
