/* kind: syntax  line: 3  also: none  says: follows another type */
int hook(void *ctx)
{
	unsigned u64 now = bpf_ktime_get_ns();
	return now & 1;
}
