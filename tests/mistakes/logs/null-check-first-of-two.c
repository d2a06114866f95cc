BPF_HASH(seen, int, u64);

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	int zero = 0;
	u64 *count = seen.lookup(&zero);

	(*count)++;
	return 0;
}

int longer(void *ctx)
{
	char comm[16] = {};

	bpf_get_current_comm(&comm, sizeof(comm));
	if (comm[0] == 'a')
		return 1;
	bpf_trace_printk("%s", comm);
	return 0;
}
