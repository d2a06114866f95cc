int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	char buf[16] = {};
	u32 at = bpf_get_prandom_u32() & 31;

	buf[at] = 1;
	bpf_trace_printk("%s", buf);
	return 0;
}
