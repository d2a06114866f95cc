/* kind: twice  line: 2  also: 1  says: The map starts */
BPF_HASH(starts, u32, u64);
BPF_HASH(starts, u32, u64);
int hook(void *ctx)
{
	return 0;
}
