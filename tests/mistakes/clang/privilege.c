BPF_ARRAY(seen, u64, 1);

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	seen.atomic_increment(0);
	return 0;
}
