/* kind: type */
BPF_HASH(starts, u32, u64);
int hook(void *ctx)
{
	u32 pid = 1;
	u64 *begun = starts.lookup(&pid);
	if (!begun)
		return 0;
	u64 took = bpf_ktime_get_ns() - *begun;
	return took > 3;
}
