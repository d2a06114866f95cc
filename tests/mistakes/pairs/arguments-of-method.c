/* kind: arguments  line: 6  also: none  says: starts.update(&key, &value) */
BPF_HASH(starts, u32, u64);
int hook(void *ctx)
{
	u32 key = 1;
	u64 value = 2;
	starts.update(&key);
	return 0;
}
