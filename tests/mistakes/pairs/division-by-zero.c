/* kind: division  line: 4  also: none  says: divided by 0 */
int hook(void *ctx)
{
	u64 n = bpf_get_prandom_u32();
	asm volatile("%0 /= 0" : "+r"(n));
	return n;
}
