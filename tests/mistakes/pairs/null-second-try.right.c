/* kind: null-check */
BPF_HASH(seen, u32, u64);

int hook(void *ctx)
{
	u32 k = bpf_get_prandom_u32();
	u64 zero = 0, *v = seen.lookup(&k);
	if (!v) {
		seen.update(&k, &zero);
		v = seen.lookup(&k);
	}
	if (!v)
		return 0;
	(*v)++;
	return 0;
}
