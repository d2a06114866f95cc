/* kind: usdt  line: 5  also: none  says: no USDT probes */
int hook(struct pt_regs *ctx)
{
	u64 size = 0;

	bpf_usdt_readarg(1, ctx, &size);
	return size;
}
