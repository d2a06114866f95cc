/* kind: incomplete  line: 3  also: none  says: #include <linux/ptrace.h> */
int hook(struct pt_regs *ctx)
{
	return PT_REGS_RC(ctx) != 0;
}
