/* kind: bounds */
int hook(void *ctx)
{
	char comm[16];
	int n = 0;
	bpf_get_current_comm(&comm, sizeof(comm));
	for (int i = 0; i <= 16; i++)
		if (i < sizeof(comm) && comm[i] == '/')
			n++;
	return n;
}
