/* kind: library  line: 5  also: none  says: Compare the characters */
int hook(void *ctx)
{
	char comm[16];
	bpf_get_current_comm(comm, sizeof(comm));
	return strcmp(comm, "ls") == 0;
}
