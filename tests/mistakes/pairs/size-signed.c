/* kind: bounds  line: 7  also: 3  says: n & (sizeof(buf) - 1) */
int hook(struct tracepoint__syscalls__sys_enter_write *ctx)
{
	char buf[64];
	long n = ctx->count;
	if (n > 64)
		n = 64;
	bpf_probe_read_user(buf, n, (void *)ctx->buf);
	bpf_trace_printk("%s", buf);
	return 0;
}
