/* kind: atomic  line: 7  also: none  says: Read and write the variable as usual */
BPF_ARRAY(calls, u64, 1);
int hook(void *ctx)
{
	int zero = 0;
	u64 *v = calls.lookup(&zero);
	if (!v) return 0;
	return __atomic_load_n(v, __ATOMIC_SEQ_CST) & 1;
}
