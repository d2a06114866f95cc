/* kind: too-complex  line: 1  also: 4  says: gave up */
int hook(void *ctx)
{
	volatile int n = 0;
	for (int i = 0; i < 1000000; i++)
		n += bpf_get_prandom_u32();
	return n;
}
