/* kind: bounds  line: 6  also: none  says: with | */
int hook(struct tracepoint__syscalls__sys_exit_read *ctx)
{
	char buf[16] = {};
	u32 i = bpf_get_prandom_u32();
	i &= 15;
	buf[i] = 1;
	bpf_trace_printk("%s", buf);
	return 0;
}
