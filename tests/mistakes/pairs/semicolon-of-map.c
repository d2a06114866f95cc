/* kind: syntax  line: 1  also: none  says: at the end of this line */
BPF_HASH(starts, u32, u64)
int hook(void *ctx)
{
	return 0;
}
