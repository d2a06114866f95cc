/* kind: no-member  line: 5  also: 1  says: Did you mean lookup? */
BPF_HASH(starts, u32, u64);
int hook(void *ctx)
{
	u32 pid = 1;
	return starts.lokup(&pid) != 0;
}
