/* kind: arguments  line: 3  also: none  says: Write bpf_ktime_get_ns(). */
int hook(void *ctx)
{
	return bpf_ktime_get_ns(0) & 1;
}
