/* kind: pointer-arithmetic */
BPF_HASH(seen, u32, u64);

int hook(void *ctx)
{
	u32 k = 1;
	u64 *v = seen.lookup(&k);
	if (!v)
		return 0;
	return *v * 3;
}
