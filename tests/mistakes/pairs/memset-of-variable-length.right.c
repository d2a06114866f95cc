/* kind: builtin */
int hook(void *ctx)
{
	char buf[64];
	u32 n = bpf_get_prandom_u32() & 63;
	for (int i = 0; i < 64 && i < n; i++)
		buf[i] = 0;
	return 0;
}
