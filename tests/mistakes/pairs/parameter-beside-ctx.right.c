/* kind: type */
BPF_HASH(modes, u32, u64);

int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	u32 flag = (u64)ctx->flags;
	modes.increment(flag);
	return 0;
}
