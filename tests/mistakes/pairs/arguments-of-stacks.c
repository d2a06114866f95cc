/* kind: arguments  line: 4  also: none  says: stacks.get_stackid(ctx, 0) */
BPF_STACK_TRACE(stacks, 128);
int hook(struct pt_regs *ctx)
{
	return stacks.get_stackid(ctx);
}
