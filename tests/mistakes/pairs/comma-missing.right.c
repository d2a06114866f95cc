/* kind: syntax */
int hook(void *ctx)
{
	bpf_trace_printk("%d", 3);
	return 0;
}
