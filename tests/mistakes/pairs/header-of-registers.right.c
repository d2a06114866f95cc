/* kind: incomplete */
#include <linux/ptrace.h>
int hook(struct pt_regs *ctx)
{
	return PT_REGS_RC(ctx) != 0;
}
