/* kind: warning  line: 6  says: Declare now as u64. */
BPF_HASH(starts, u32, u32);

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	u32 pid = bpf_get_current_pid_tgid() >> 32;
	u32 now = bpf_ktime_get_ns();
	starts.update(&pid, &now);
	return 0;
}
