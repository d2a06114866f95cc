/* kind: warning  line: 10  says: an unsigned number is never below 0 */
BPF_HASH(starts, u32, u64);

int leave(struct tracepoint__syscalls__sys_exit_execve *ctx)
{
	u32 pid = bpf_get_current_pid_tgid() >> 32;
	u64 *start = starts.lookup(&pid);
	if (!start)
		return 0;
	u64 took = bpf_ktime_get_ns() - *start;
	if (took < 0)
		return 0;
	starts.update(&pid, &took);
	return 0;
}
