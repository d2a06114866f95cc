BPF_HASH(seen, u32, u64);

int hook(void *ctx)
{
	u32 key = 1;
	u64 one = 1;

	seen.update(&key, &one);
	return 0;
}
