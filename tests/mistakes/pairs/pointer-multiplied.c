/* kind: pointer-arithmetic  line: 7  also: 6  says: write a * in front of the pointer */
BPF_HASH(seen, u32, u64);

int hook(void *ctx)
{
	u32 k = 1;
	u64 *v = seen.lookup(&k);
	if (!v)
		return 0;
	return (u64)v * 3;
}
