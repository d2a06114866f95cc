int hook(struct tracepoint__syscalls__sys_enter_write *ctx)
{
	bpf_trace_printk("written from %lx, %d bytes", ctx->buf, (int)ctx->count);
	return 0;
}
