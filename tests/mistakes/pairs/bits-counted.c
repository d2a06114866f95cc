/* kind: builtin  line: 4  also: none  says: bpf_log2l(x)  or: loads */
int hook(void *ctx)
{
	u64 now = bpf_ktime_get_ns();
	return 63 - __builtin_clzll(now);
}
