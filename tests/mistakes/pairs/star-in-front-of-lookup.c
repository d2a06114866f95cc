/* kind: type  line: 8  also: 9  says: without * in front of the lookup */
struct event {
	u32 pid;
};
BPF_PERCPU_ARRAY(scratch, struct event, 1);
int hook(void *ctx)
{
	int zero = 0;
	struct event e = *scratch.lookup(&zero);
	if (!e)
		return 0;
	return 0;
}
