/* kind: printk-format  line: 4  also: none  says: bpf_trace_printk("%d", 3); */
int hook(void *ctx)
{
	char fmt[] = "%d";
	bpf_trace_printk(fmt, sizeof(fmt), 3);
	return 0;
}
