BPF_HASH(counts, u32, u64);

int hook(void *ctx)
{
	counts.increment(bpf_get_current_pid_tgid() >> 32);
	return 0;
}
