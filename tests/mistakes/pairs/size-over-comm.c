/* kind: bounds  line: 4  also: 3  says: sizeof(comm) */
int hook(void *ctx)
{
	char comm[8];
	bpf_get_current_comm(&comm, 16);
	bpf_trace_printk("%s", comm);
	return 0;
}
