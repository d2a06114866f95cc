/* kind: library */
int hook(void *ctx)
{
	char comm[16];
	bpf_get_current_comm(comm, sizeof(comm));
	int n;
	for (n = 0; n < sizeof(comm) && comm[n]; n++)
		;
	return n;
}
