/* kind: null-check  line: 11  also: 5  says: if (!v) return 0; */
BPF_HASH(seen, u32, u64);

static u64 *find(u32 k)
{
	return seen.lookup(&k);
}

int hook(void *ctx)
{
	u64 *v = find(3);
	*v += 1;
	return 0;
}
