/* kind: printk-arguments */
int hook(void *ctx)
{
	bpf_trace_printk("%d %d", 1, 2);
	bpf_trace_printk("%d %d", 3, 4);
	return 0;
}
