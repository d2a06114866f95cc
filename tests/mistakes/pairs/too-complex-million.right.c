/* kind: too-complex */
int hook(void *ctx)
{
	volatile int n = 0;
	for (int i = 0; i < 1000; i++)
		n += bpf_get_prandom_u32();
	return n;
}
