/* kind: library */
int hook(void *ctx)
{
	return bpf_get_prandom_u32() & 1;
}
