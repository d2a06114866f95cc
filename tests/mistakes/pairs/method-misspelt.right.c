/* kind: no-member */
BPF_HASH(starts, u32, u64);
int hook(void *ctx)
{
	u32 pid = 1;
	return starts.lookup(&pid) != 0;
}
