/* kind: type  line: 5  also: none  says: if (!value) return 0; */
BPF_HASH(starts, u32, u64);
int hook(void *ctx)
{
	u32 pid = 1;
	u64 t = *starts.lookup(&pid);
	return t & 1;
}
