/* kind: signed-division */
int hook(void *ctx)
{
	u64 a = bpf_ktime_get_ns();
	u64 b = bpf_get_prandom_u32();
	return a / b;
}
