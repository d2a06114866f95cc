BPF_HASH(counts, u32, u64);
BPF_ARRAY(calls, u64, 1);

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	int zero = 0;
	u64 *n = calls.lookup(&zero);
	if (!n)
		return 0;
	u32 pid = bpf_get_current_pid_tgid() >> 32;
	*n += 1;
	counts.update(&pid, n);
	return 0;
}
