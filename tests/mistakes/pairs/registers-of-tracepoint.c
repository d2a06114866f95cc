/* kind: no-member  line: 4  also: none  says: dfd, filename, flags */
#include <linux/ptrace.h>
int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	return PT_REGS_PARM2(ctx) != 0;
}
