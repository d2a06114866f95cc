/* kind: context  line: 3  also: none  says: Leave type= out  type: tracepoint */
#include <uapi/linux/ptrace.h>

int hook(struct pt_regs *ctx)
{
	return PT_REGS_PARM1(ctx) != 0;
}
