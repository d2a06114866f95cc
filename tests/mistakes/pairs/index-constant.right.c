/* kind: bounds */
struct slots { u64 slots[4]; };
BPF_ARRAY(table, struct slots, 1);

int hook(void *ctx)
{
	int zero = 0;
	struct slots *s = table.lookup(&zero);
	if (!s)
		return 0;
	s->slots[3] = 1;
	return 0;
}
