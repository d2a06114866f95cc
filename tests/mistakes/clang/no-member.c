struct a {
	int x;
};

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	struct a one = {};

	return one.y;
}
