/* kind: map-subscript */
BPF_HASH(starts, u32, u64);
int hook(void *ctx)
{
	u32 pid = 1;
	starts.increment(pid);
	return 0;
}
