/* kind: null-check */
BPF_HASH(seen, u32, u64);
BPF_HASH(copy, u32, u64);

int hook(void *ctx)
{
	u32 k = 1;
	u64 *v = seen.lookup(&k);
	if (!v)
		return 0;
	copy.update(&k, v);
	return 0;
}
