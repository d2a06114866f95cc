/* kind: arguments */
BPF_STACK_TRACE(stacks, 128);
int hook(struct pt_regs *ctx)
{
	return stacks.get_stackid(ctx, 0);
}
