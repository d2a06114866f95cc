BPF_HASH(starts, u32, u64);

int leave(struct tracepoint__syscalls__sys_exit_execve *ctx)
{
	u32 pid = bpf_get_current_pid_tgid() >> 32;
	u64 *start = starts.lookup(&pid);
	if (!start)
		return 0;
	u64 now = bpf_ktime_get_ns();
	if (now < *start)
		return 0;
	u64 took = now - *start;
	starts.update(&pid, &took);
	return 0;
}
