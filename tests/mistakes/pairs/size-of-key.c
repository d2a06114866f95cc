/* kind: bounds  line: 6  also: 5  says: u64 k; */
BPF_HASH(seen, u64, u64);

int hook(void *ctx)
{
	u32 k = bpf_get_current_pid_tgid() >> 32;
	return seen.lookup(&k) != 0;
}
