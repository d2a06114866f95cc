BPF_HASH(
	seen,
	u32,
	u64,
	1024);

int hook(void *ctx)
{
	return 0;
}
