/* kind: shift  line: 4  also: none  says: shifted by 70 bits */
int hook(void *ctx)
{
	u64 n = bpf_get_prandom_u32();
	asm volatile("%0 <<= 70" : "+r"(n));
	return n;
}
