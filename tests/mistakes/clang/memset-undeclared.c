struct big {
	char bytes[4096];
};
BPF_ARRAY(room, struct big, 1);

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	int zero = 0;
	struct big *p = room.lookup(&zero);

	if (p)
		memset(p, 0, sizeof(*p));
	return 0;
}
