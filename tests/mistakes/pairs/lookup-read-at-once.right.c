/* kind: type */
BPF_HASH(starts, u32, u64);
int hook(void *ctx)
{
	u32 pid = 1;
	u64 *value = starts.lookup(&pid);
	if (!value)
		return 0;
	return *value & 1;
}
