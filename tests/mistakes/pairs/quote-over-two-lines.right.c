/* kind: syntax */
int hook(void *ctx)
{
	bpf_trace_printk("hello\n");
	return 0;
}
