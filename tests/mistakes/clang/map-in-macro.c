BPF_ARRAY(seen, u64, 1);
#define COUNT(key) seen.atomic_increment(key)

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	COUNT(0);
	return 0;
}
