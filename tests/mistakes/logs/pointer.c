int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	u64 *p = (u64 *)bpf_get_current_task();
	volatile u64 v;

	v = *(volatile u64 *)(bpf_ktime_get_ns());
	return v;
}
