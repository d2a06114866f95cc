/* kind: map-subscript */
BPF_HASH(starts, u32, u64);
int hook(void *ctx)
{
	u32 pid = 1;
	u64 value = 2;
	starts.update(&pid, &value);
	return 0;
}
