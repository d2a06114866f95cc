/* kind: pointer  line: 7  also: 5  says: calls is a static variable, and has no memory here */
BPF_HASH(counts, u32, u64);

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	static u64 calls = 0;
	u32 pid = bpf_get_current_pid_tgid() >> 32;
	calls++;
	counts.update(&pid, &calls);
	return 0;
}
