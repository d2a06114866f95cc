/* kind: null-check  line: 8  also: 7  says: if (!v) return 0; */
BPF_HASH(seen, u32, u64);
BPF_HASH(copy, u32, u64);

int hook(void *ctx)
{
	u32 k = 1;
	u64 *v = seen.lookup(&k);
	copy.update(&k, v);
	return 0;
}
