BPF_HASH(counts, u32, u64);

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	char comm[16];
	u32 key = 0;
	bpf_get_current_comm(comm, sizeof(comm));
	if (comm[0] == 'l' && comm[1] == 's')
		counts.increment(key);
	return 0;
}
