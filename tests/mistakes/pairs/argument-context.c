/* kind: argument  line: 6  also: none  says: It is the context */
BPF_HASH(seen, u32, u64);

int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	u32 k = 1;
	seen.update(&k, (u64 *)ctx);
	return 0;
}
