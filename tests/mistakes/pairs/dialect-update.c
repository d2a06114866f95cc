/* kind: dialect  line: 8  also: 1  says: seen.update(&key, &one) */
BPF_HASH(seen, u32, u64);

int hook(void *ctx)
{
	u32 key = 1;
	u64 one = 1;

	bpf_map_update_elem(&seen, &key, &one, BPF_ANY);
	return 0;
}
