/* kind: null-check */
BPF_ARRAY(table, u64, 4);

int hook(void *ctx)
{
	int k = 7;
	u64 *v = table.lookup(&k);
	if (!v)
		return 0;
	*v = 1;
	return 0;
}
