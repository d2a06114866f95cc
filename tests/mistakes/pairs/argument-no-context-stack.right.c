/* kind: argument */
BPF_STACK_TRACE(stacks, 64);

int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	int n = stacks.get_stackid(ctx, 0);
	return n;
}
