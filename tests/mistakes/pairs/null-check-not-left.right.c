/* kind: null-check */
BPF_HASH(counts, u32, u64);

int hook(void *ctx)
{
	u32 key = bpf_get_current_pid_tgid() >> 32;
	u64 *count = counts.lookup(&key);
	if (!count)
		return 0;
	*count += 1;
	return 0;
}
