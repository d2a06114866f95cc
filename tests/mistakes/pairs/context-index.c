/* kind: context  line: 4  also: none  says: bpf_probe_read_kernel(&one, sizeof(one), &ctx->args[i]) */
int hook(struct tracepoint__raw_syscalls__sys_enter *ctx)
{
	u32 i = bpf_get_prandom_u32() & 1;
	return ctx->args[i] != 0;
}
