/* kind: bounds  line: 12  also: 1  says: s->slots[i & 3] */
struct slots { u64 slots[4]; };
BPF_ARRAY(table, struct slots, 1);

int hook(struct tracepoint__syscalls__sys_exit_read *ctx)
{
	int zero = 0;
	long i = ctx->ret;
	struct slots *s = table.lookup(&zero);
	if (!s)
		return 0;
	if (i < 4)
		s->slots[i] += 1;
	return 0;
}
