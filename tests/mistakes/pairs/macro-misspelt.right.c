/* kind: unknown-macro */
BPF_HASH(starts, u32, u64);
int hook(void *ctx)
{
	return 0;
}
