/* kind: too-complex  line: 1  also: 5  says: 8193 branches */
int hook(void *ctx)
{
	u32 n = bpf_get_prandom_u32();
	volatile int sum = 0;
	for (u32 i = 0; i < n; i++)
		sum += i;
	return sum;
}
