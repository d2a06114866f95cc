/* kind: builtin */
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
	__builtin_memset(d->bytes, 0, 1024);
	barrier();
	__builtin_memset(d->bytes + 1024, 0, 1024);
	barrier();
	__builtin_memset(d->bytes + 2048, 0, 1024);
	barrier();
	__builtin_memset(d->bytes + 3072, 0, 1024);
	return d->bytes[0];
}
