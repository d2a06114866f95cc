BPF_HASH(seen, u32, u64);

int hook(void *ctx)
{
	return 0;
}
