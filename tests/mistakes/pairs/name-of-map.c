/* kind: undeclared  line: 5  also: 1  says: Did you mean starts? */
BPF_HASH(starts, u32, u64);
int hook(void *ctx)
{
	u32 pid = 1;
	return start.lookup(&pid) != 0;
}
