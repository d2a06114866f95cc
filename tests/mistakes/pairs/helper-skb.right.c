/* kind: helper-type */
int hook(struct __sk_buff *ctx)
{
	char b[4];
	bpf_skb_load_bytes(ctx, 0, b, 4);
	return 0;
}
