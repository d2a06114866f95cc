/* kind: wide  line: 4  also: none  says: Use u64 */
int hook(void *ctx)
{
	unsigned __int128 a = bpf_ktime_get_ns();
	return a * a / 3;
}
