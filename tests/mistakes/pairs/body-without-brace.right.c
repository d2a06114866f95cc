/* kind: syntax */
int hook(void *ctx)
{
	bpf_trace_printk("x");
	return 0;
}
