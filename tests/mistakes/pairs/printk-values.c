/* kind: printk-arguments  line: 3  also: none  says: Print in two calls */
int hook(void *ctx)
{
	bpf_trace_printk("%d %d %d %d", 1, 2, 3, 4);
	return 0;
}
