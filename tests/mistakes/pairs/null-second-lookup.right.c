/* kind: null-check */
BPF_HASH(a, u32, u64);
BPF_HASH(b, u32, u64);

int hook(void *ctx)
{
	u32 key = bpf_get_current_pid_tgid() >> 32;
	u64 *first = a.lookup(&key);
	u64 *second = b.lookup(&key);
	if (!second)
		return 0;
	if (!first)
		return 0;
	*first = *second;
	return 0;
}
