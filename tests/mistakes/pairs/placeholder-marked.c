/* kind: placeholder  line: 3  also: none  says: ##LIMIT## is a placeholder */
int hook(void *ctx)
{
	u64 limit = ##LIMIT##;

	return bpf_ktime_get_ns() > limit;
}
