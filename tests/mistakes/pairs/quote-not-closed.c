/* kind: syntax  line: 3  also: none  says: Write " at its end */
int hook(void *ctx)
{
	bpf_trace_printk("hello);
	return 0;
}
