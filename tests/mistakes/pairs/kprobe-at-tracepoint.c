/* kind: attach  line: none  also: none  says: struct tracepoint__syscalls__sys_enter_openat *ctx  attach: hook=syscalls:sys_enter_openat */
#include <uapi/linux/ptrace.h>

int hook(struct pt_regs *ctx)
{
	return PT_REGS_PARM1(ctx) != 0;
}
