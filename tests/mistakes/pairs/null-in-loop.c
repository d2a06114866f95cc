/* kind: null-check  line: 9  also: 8  says: if (!v) return 0; */
BPF_HASH(seen, u32, u64);

int hook(void *ctx)
{
	u64 sum = 0;
	for (int i = 0; i < 4; i++) {
		u32 k = i;
		u64 *v = seen.lookup(&k);
		sum += *v;
	}
	return sum;
}
