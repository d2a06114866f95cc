/* kind: bounds */
int hook(struct tracepoint__syscalls__sys_exit_read *ctx)
{
	char comm[16];
	int i = 0;
	bpf_get_current_comm(&comm, sizeof(comm));
	while (i < sizeof(comm) && comm[i])
		i++;
	return i;
}
