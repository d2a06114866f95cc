/* kind: macro-type */
struct key {
	u32 pid;
};
BPF_HASH(starts, struct key, u64);
int hook(void *ctx)
{
	return 0;
}
