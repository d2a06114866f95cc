/* kind: signed-division  line: 5  also: none  says: u64 */
int hook(void *ctx)
{
	long a = bpf_ktime_get_ns();
	long b = bpf_get_prandom_u32();
	return a / b;
}
