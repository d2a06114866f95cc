/* kind: shift */
int hook(void *ctx)
{
	u64 n = bpf_get_prandom_u32();
	asm volatile("%0 <<= 7" : "+r"(n));
	return n;
}
