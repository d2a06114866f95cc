/* kind: bounds */
struct slots { u64 slots[5]; };
BPF_ARRAY(table, struct slots, 1);

int hook(struct tracepoint__syscalls__sys_exit_read *ctx)
{
	int zero = 0;
	u64 i = ctx->ret;
	struct slots *s = table.lookup(&zero);
	if (!s)
		return 0;
	if (i >= 5)
		return 0;
	s->slots[i] += 1;
	return 0;
}
