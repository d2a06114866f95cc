/* kind: bounds  line: 5  also: 3  says: if (i >= 16) return 0; */
int hook(struct tracepoint__syscalls__sys_exit_read *ctx)
{
	char buf[16] = {};
	u32 i = bpf_get_prandom_u32();
	buf[i] = 1;
	bpf_trace_printk("%s", buf);
	return 0;
}
