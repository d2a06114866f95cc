/* kind: builtin */
int hook(void *ctx)
{
	u64 now = bpf_ktime_get_ns();
	return bpf_log2l(now);
}
