/* kind: variable-array  line: 4  also: none  says: char buf[64] */
int hook(void *ctx)
{
	u32 n = bpf_get_prandom_u32() & 15;
	char comm[n + 1];
	bpf_get_current_comm(comm, n + 1);
	return comm[0];
}
