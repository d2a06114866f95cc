/* kind: macro-type  line: 4  also: none  says: Write struct key. */
struct key {
	u32 pid;
};
BPF_HASH(starts, key, u64);
int hook(void *ctx)
{
	return 0;
}
