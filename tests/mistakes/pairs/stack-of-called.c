/* kind: stack  line: 3  also: none  says: per-CPU array */
static int fill(void)
{
	char large[600] = {};
	bpf_get_current_comm(large, sizeof(large));
	return large[1];
}
int hook(void *ctx)
{
	return fill();
}
