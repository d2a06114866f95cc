/* kind: helper-type  line: 4  also: none  says: may not call bpf_skb_load_bytes */
int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	char b[4];
	bpf_skb_load_bytes((struct __sk_buff *)ctx, 0, b, 4);
	return 0;
}
