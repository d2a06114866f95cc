/* kind: bounds */
int hook(struct tracepoint__syscalls__sys_enter_write *ctx)
{
	char buf[64];
	u32 n = ctx->count;
	bpf_probe_read_user(buf, n & (sizeof(buf) - 1), (void *)ctx->buf);
	bpf_trace_printk("%s", buf);
	return 0;
}
