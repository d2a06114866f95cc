/* kind: map-subscript  line: 5  also: none  says: starts.increment(pid) */
BPF_HASH(starts, u32, u64);
int hook(void *ctx)
{
	u32 pid = 1;
	starts[pid]++;
	return 0;
}
