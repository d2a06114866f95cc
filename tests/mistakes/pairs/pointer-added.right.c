/* kind: pointer-arithmetic */
BPF_HASH(seen, u32, u64);

int hook(void *ctx)
{
	u32 k = 1, l = 2;
	u64 *v = seen.lookup(&k);
	u64 *w = seen.lookup(&l);
	if (!v || !w)
		return 0;
	return *v + *w;
}
