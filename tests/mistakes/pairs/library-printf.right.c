/* kind: library */
int hook(void *ctx)
{
	bpf_trace_printk("%d calls", 3);
	return 0;
}
