/* kind: bounds */
int hook(void *ctx)
{
	char comm[8];
	bpf_get_current_comm(&comm, sizeof(comm));
	bpf_trace_printk("%s", comm);
	return 0;
}
