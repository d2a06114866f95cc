/* kind: division */
int hook(void *ctx)
{
	u64 n = bpf_get_prandom_u32();
	asm volatile("%0 /= 3" : "+r"(n));
	return n;
}
