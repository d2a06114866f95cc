BPF_ARRAY(seen, u64, 1);

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	int zero = 0;

	return zeros + 1;
}
