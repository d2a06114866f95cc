int hook(void *ctx)
{
	u64 limit = 1000;

	return bpf_ktime_get_ns() > limit;
}
