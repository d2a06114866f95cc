/* kind: library  line: 3  also: none  says: bpf_trace_printk */
int hook(void *ctx)
{
	printf("%d calls", 3);
	return 0;
}
