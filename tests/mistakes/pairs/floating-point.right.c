/* kind: floating-point */
int hook(void *ctx)
{
	u64 ns = bpf_ktime_get_ns();
	return ns > 3000000000;
}
