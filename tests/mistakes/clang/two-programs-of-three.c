int first(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	return 0;
}

int other(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	return 2;
}

int second(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	return 1;
}
