/* kind: bounds  line: 4  also: 3  says: buf has 16 bytes */
int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	char buf[16];
	bpf_probe_read_user(buf, 64, ctx->filename);
	bpf_trace_printk("%s", buf);
	return 0;
}
