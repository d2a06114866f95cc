/* kind: warning  line: 8  says: 'ls' is one number, and no text */
BPF_HASH(counts, u32, u64);

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	char comm[16];
	u32 key = 0;
	bpf_get_current_comm(comm, sizeof(comm));
	if (comm[0] == 'ls')
		counts.increment(key);
	return 0;
}
