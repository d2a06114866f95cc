/* kind: unknown-macro  line: 1  also: none  says: Did you mean BPF_HASH? */
BPF_HSAH(starts, u32, u64);
int hook(void *ctx)
{
	return 0;
}
