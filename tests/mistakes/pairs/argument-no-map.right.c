/* kind: dialect */
BPF_HASH(seen, u32, u64);

int hook(void *ctx)
{
	u32 k = 1;
	u64 *v = seen.lookup(&k);
	if (v)
		*v += 1;
	return 0;
}
