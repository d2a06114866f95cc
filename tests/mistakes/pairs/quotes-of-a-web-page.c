/* kind: syntax  line: 3  also: none  says: Write " */
int hook(void *ctx)
{
	bpf_trace_printk(“hello”);
	return 0;
}
