/* kind: syntax */
int hook(void *ctx)
{
	u64 now = bpf_ktime_get_ns();
	return now & 1;
}
