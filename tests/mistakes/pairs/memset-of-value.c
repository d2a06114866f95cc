/* kind: builtin  line: 13  also: none  says: with barrier(); between them */
struct dump {
	char bytes[4096];
};
BPF_PERCPU_ARRAY(dumps, struct dump, 1);

int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	u32 zero = 0;
	struct dump *d = dumps.lookup(&zero);

	if (!d)
		return 0;
	*d = (struct dump){};
	return d->bytes[0];
}
