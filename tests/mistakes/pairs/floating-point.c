/* kind: floating-point  line: 3  also: none  says: divide in Python */
int hook(void *ctx)
{
	double s = bpf_ktime_get_ns() / 1e9;
	return s > 3;
}
