int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	int x = 1
	return x;
}
