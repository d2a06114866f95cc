/* kind: map-subscript  line: 6  also: none  says: starts.update(&pid, &value) */
BPF_HASH(starts, u32, u64);
int hook(void *ctx)
{
	u32 pid = 1;
	u64 value = 2;
	starts[pid] = value;
	return 0;
}
