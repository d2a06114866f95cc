/* kind: atomic  line: 8  also: none  says: Add in a statement of its own  or: loads */
BPF_ARRAY(calls, u64, 1);
BPF_ARRAY(last, u64, 1);
int hook(void *ctx)
{
	int zero = 0;
	u64 n, *v = calls.lookup(&zero);
	if (!v) return 0;
	n = __sync_fetch_and_add(v, 1);
	last.update(&zero, &n);
	return 0;
}
