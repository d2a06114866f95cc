BPF_HASH(counts, u32, u64);
int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	u32 pid = bpf_get_current_pid_tgid() >> 32;
	u64 *v = counts.lookup(&pid);
	if (!v)
		return 0;
	(*v)++;
	return 0;
}
