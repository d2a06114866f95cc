/* kind: bounds */
int hook(struct tracepoint__syscalls__sys_exit_read *ctx)
{
	char buf[16] = {};
	u64 i = bpf_get_prandom_u32();
	if (i >= sizeof(buf))
		return 0;
	buf[i] = 1;
	bpf_trace_printk("%s", buf);
	return 0;
}
