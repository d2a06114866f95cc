/* kind: syntax  line: 3  also: 4  says: text=r */
int hook(void *ctx)
{
	bpf_trace_printk("hello
	");
	return 0;
}
