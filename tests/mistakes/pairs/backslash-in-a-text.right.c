/* kind: syntax */
int hook(void *ctx)
{
	bpf_trace_printk("C:\\users");
	return 0;
}
