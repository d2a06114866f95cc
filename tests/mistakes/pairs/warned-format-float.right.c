int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	bpf_trace_printk("half: %d", 50);
	return 0;
}
