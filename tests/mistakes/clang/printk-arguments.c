int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	int a = ctx->__syscall_nr;

	bpf_trace_printk("%d %d %d", a, a, a);
	bpf_trace_printk("%d %d %d %d", a, a, a, a);
	return 0;
}
