/* kind: bounds */
int hook(struct tracepoint__syscalls__sys_exit_read *ctx)
{
	char buf[16] = {};
	u64 i = ctx->ret;
	if (i >= 16)
		return 0;
	buf[i] = 1;
	bpf_trace_printk("%s", buf);
	return 0;
}
