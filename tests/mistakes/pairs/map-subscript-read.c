/* kind: map-subscript  line: 5  also: none  says: starts.lookup(&pid) */
BPF_HASH(starts, u32, u64);
int hook(void *ctx)
{
	u32 pid = 1;
	return starts[pid] != 0;
}
