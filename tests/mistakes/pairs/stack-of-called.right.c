/* kind: stack */
struct text {
	char large[600];
};
BPF_PERCPU_ARRAY(scratch, struct text, 1);
static int fill(void)
{
	int zero = 0;
	struct text *t = scratch.lookup(&zero);
	if (!t)
		return 0;
	bpf_get_current_comm(t->large, sizeof(t->large));
	return t->large[1];
}
int hook(void *ctx)
{
	return fill();
}
