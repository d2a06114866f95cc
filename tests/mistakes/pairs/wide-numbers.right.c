/* kind: wide */
int hook(void *ctx)
{
	u64 a = bpf_ktime_get_ns();
	return a / 3 * a;
}
