struct a {
	int x;
};
struct b {
	int x;
};

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	struct a one = {};
	struct b two = one;

	return two.x;
}
