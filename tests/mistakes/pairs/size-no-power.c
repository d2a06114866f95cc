/* kind: bounds  line: 7  also: 3  says: n & 63  or: loads */
int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	char buf[80];
	u32 n = bpf_get_prandom_u32();
	if (n > sizeof(buf))
		n = sizeof(buf);
	bpf_probe_read_user(buf, n, ctx->filename);
	return buf[0];
}
