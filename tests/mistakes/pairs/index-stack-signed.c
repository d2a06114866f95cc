/* kind: bounds  line: 7  also: 3  says: u64 i  or: loads */
int hook(struct tracepoint__syscalls__sys_exit_read *ctx)
{
	char buf[16] = {};
	int i = ctx->ret;
	if (i < 0 || i >= sizeof(buf))
		return 0;
	buf[i] = 1;
	bpf_trace_printk("%s", buf);
	return 0;
}
