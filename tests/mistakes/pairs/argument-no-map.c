/* kind: dialect  line: 6  also: 1  says: seen.lookup(&key) */
BPF_HASH(seen, u32, u64);

int hook(void *ctx)
{
	u32 k = 1;
	u64 *v = bpf_map_lookup_elem(&seen, &k);
	if (v)
		*v += 1;
	return 0;
}
