/* kind: type  line: 3  also: none  says: ctx->flags */
BPF_HASH(modes, u32, u64);

int hook(struct tracepoint__syscalls__sys_enter_openat *ctx, void filename, void flags)
{
	u32 flag = (u64)flags;
	modes.increment(flag);
	return 0;
}
