/* kind: builtin  line: 5  also: none  says: for (int i = 0; i < 64 && i < n; i++) */
int hook(void *ctx)
{
	char buf[64];
	u32 n = bpf_get_prandom_u32() & 63;
	__builtin_memset(buf, 0, n);
	return buf[0];
}
