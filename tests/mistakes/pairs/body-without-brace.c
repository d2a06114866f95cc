/* kind: syntax  line: 1  also: none  says: Write { below this line */
int hook(void *ctx)
	bpf_trace_printk("x");
	return 0;
