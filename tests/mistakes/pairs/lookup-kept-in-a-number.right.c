/* kind: null-check */
BPF_HASH(opened, u64, u64);
BPF_HISTOGRAM(sizes);

int hook(struct tracepoint__syscalls__sys_exit_openat *ctx)
{
	u64 id = bpf_get_current_pid_tgid();
	u64 *since = opened.lookup(&id);
	if (!since)
		return 0;
	u64 span = bpf_ktime_get_ns() - *since;
	sizes.increment(bpf_log2l(span));
	return 0;
}
