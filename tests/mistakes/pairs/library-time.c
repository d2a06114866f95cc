/* kind: library  line: 3  also: none  says: bpf_ktime_get_ns() */
int hook(void *ctx)
{
	u64 now = time(0);
	return now & 1;
}
