/* kind: bounds  line: 10  also: 1  says: Use an index from 0 to 3 */
struct slots { u64 slots[4]; };
BPF_ARRAY(table, struct slots, 1);

int hook(void *ctx)
{
	int zero = 0;
	struct slots *s = table.lookup(&zero);
	if (!s)
		return 0;
	s->slots[4] = 1;
	return 0;
}
