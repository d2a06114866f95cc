/* kind: arguments */
int hook(void *ctx)
{
	char comm[16];
	bpf_get_current_comm(comm, sizeof(comm));
	return comm[1];
}
