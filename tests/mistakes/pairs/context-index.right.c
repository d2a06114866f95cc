/* kind: context */
int hook(struct tracepoint__raw_syscalls__sys_enter *ctx)
{
	u32 i = bpf_get_prandom_u32() & 1;
	u64 one = 0;
	bpf_probe_read_kernel(&one, sizeof(one), &ctx->args[i]);
	return one != 0;
}
