/* kind: syntax  line: 3  also: none  says: for a backslash */
int hook(void *ctx)
{
	bpf_trace_printk("C:\users");
	return 0;
}
