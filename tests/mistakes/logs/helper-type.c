int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	bpf_skb_load_bytes(ctx, 0, ctx, 4);
	return 0;
}
