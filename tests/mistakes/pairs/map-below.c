/* kind: undeclared  line: 4  also: 6  says: Move the declaration of starts up */
int hook(void *ctx)
{
	u32 pid = 1;
	return starts.lookup(&pid) != 0;
}
BPF_HASH(starts, u32, u64);
