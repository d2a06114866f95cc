/* kind: arguments  line: 4  also: none  says: bpf_get_current_comm(comm, sizeof(comm)) */
int hook(void *ctx)
{
	char comm[16];
	bpf_get_current_comm();
	return comm[1];
}
