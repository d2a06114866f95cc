/* kind: bounds */
BPF_HASH(seen, u64, u64);

int hook(void *ctx)
{
	u64 k = bpf_get_current_pid_tgid() >> 32;
	return seen.lookup(&k) != 0;
}
