BPF_HASH(starts, u32, u64);

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	u32 pid = bpf_get_current_pid_tgid() >> 32;
	u64 now = bpf_ktime_get_ns();
	starts.update(&pid, &now);
	return 0;
}
