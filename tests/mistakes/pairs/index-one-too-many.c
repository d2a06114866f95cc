/* kind: bounds  line: 12  also: 1  says: s->slots[i & 3] */
struct slots { u64 slots[4]; };
BPF_ARRAY(table, struct slots, 1);

int hook(void *ctx)
{
	int zero = 0;
	u32 i = bpf_get_prandom_u32();
	struct slots *s = table.lookup(&zero);
	if (!s)
		return 0;
	if (i <= 4)
		s->slots[i] += 1;
	return 0;
}
