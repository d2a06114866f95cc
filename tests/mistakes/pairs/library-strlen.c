/* kind: library  line: 5  also: none  says: for (n = 0; n < sizeof(s) && s[n]; n++) */
int hook(void *ctx)
{
	char comm[16];
	bpf_get_current_comm(comm, sizeof(comm));
	return strlen(comm);
}
