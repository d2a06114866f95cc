/* kind: null-check  line: 7  also: 6  says: if (!v) return 0; */
BPF_ARRAY(table, u64, 4);

int hook(void *ctx)
{
	int k = 7;
	u64 *v = table.lookup(&k);
	*v = 1;
	return 0;
}
