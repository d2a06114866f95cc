/* kind: pointer */
BPF_ARRAY(counter, u64, 1);

int hook(void *ctx)
{
	int index = 0;
	u64 *n = counter.lookup(&index);

	if (!n)
		return 0;
	(*n)++;
	return 0;
}
