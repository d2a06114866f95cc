/* kind: argument */
BPF_HASH(seen, u32, u64);

int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	u32 k = 1;
	u64 copy = ctx->flags;
	seen.update(&k, &copy);
	return 0;
}
