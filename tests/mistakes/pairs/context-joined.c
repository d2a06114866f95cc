/* kind: context  line: 10  also: none  says: the compiler has joined the accesses of two paths into one  or: loads */
#include <uapi/linux/ptrace.h>

int hook(struct pt_regs *ctx)
{
	u64 value = 0;

	if (ctx->ip == 4096) {
		value = ctx->si;
	} else if (ctx->ip == 8192) {
		value = ctx->bp;
	}
	return value != 0;
}
