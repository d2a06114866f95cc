/* kind: too-complex */
int hook(void *ctx)
{
	u32 n = bpf_get_prandom_u32();
	volatile int sum = 0;
	for (u32 i = 0; i < 64; i++)
		sum += i;
	return sum;
}
