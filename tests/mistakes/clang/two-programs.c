struct event {
	u32 pid;
};

int first(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	return 0;
}

int second(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	return 1;
}
