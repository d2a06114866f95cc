/* kind: null-check */
BPF_HASH(seen, u32, u64);

static u64 *find(u32 k)
{
	return seen.lookup(&k);
}

int hook(void *ctx)
{
	u64 *v = find(3);
	if (!v)
		return 0;
	*v += 1;
	return 0;
}
