BPF_HASH(seen, u32, u64);

int hook(void *ctx)
{
	seen.increment(1);
	return 0;
}
