/* kind: quotes  line: 3  also: none  says: Write "hello". */
int hook(void *ctx)
{
	bpf_trace_printk('hello');
	return 0;
}
