/* kind: arguments */
BPF_HASH(starts, u32, u64);
int hook(void *ctx)
{
	u32 key = 1;
	u64 value = 2;
	starts.update(&key, &value);
	return 0;
}
