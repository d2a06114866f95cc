/* kind: pointer */
BPF_HASH(kept, u32, u64);

int hook(void *ctx)
{
	u32 k = 1;
	u64 *p = kept.lookup(&k);
	if (!p)
		return 0;
	int copy = 0;
	bpf_probe_read_kernel(&copy, sizeof(copy), (void *)*p);
	return copy;
}
