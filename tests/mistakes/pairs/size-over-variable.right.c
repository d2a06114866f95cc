/* kind: bounds */
int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	char buf[16];
	bpf_probe_read_user(buf, sizeof(buf), ctx->filename);
	bpf_trace_printk("%s", buf);
	return 0;
}
