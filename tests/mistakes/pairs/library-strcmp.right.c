/* kind: library */
int hook(void *ctx)
{
	char comm[16];
	bpf_get_current_comm(comm, sizeof(comm));
	return comm[0] == 'l' && comm[1] == 's' && comm[2] == 0;
}
