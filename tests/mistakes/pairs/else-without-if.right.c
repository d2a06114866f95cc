/* kind: syntax */
int hook(void *ctx)
{
	if (ctx) {
		bpf_trace_printk("a");
		bpf_trace_printk("b");
	} else {
		bpf_trace_printk("c");
	}
	return 0;
}
