/* kind: syntax  line: 3  also: none  says: between "%d" and 3 */
int hook(void *ctx)
{
	bpf_trace_printk("%d" 3);
	return 0;
}
