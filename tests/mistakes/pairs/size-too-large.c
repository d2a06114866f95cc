/* kind: bounds  line: 5  also: 3  says: n can be up to 127 */
int hook(struct tracepoint__syscalls__sys_enter_write *ctx)
{
	char buf[64];
	u64 n = ctx->count & 127;
	bpf_probe_read_user(buf, n, (void *)ctx->buf);
	bpf_trace_printk("%s", buf);
	return 0;
}
