/* kind: null-check */
BPF_HASH(seen, u32, u64);

int hook(void *ctx)
{
	u64 sum = 0;
	for (int i = 0; i < 4; i++) {
		u32 k = i;
		u64 *v = seen.lookup(&k);
		if (!v)
			return 0;
		sum += *v;
	}
	return sum;
}
