/* kind: builtin */
int hook(void *ctx)
{
	if (bpf_get_prandom_u32() & 1)
		return 0;
	return 1;
}
