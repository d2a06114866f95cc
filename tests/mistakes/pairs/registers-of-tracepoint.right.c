/* kind: no-member */
#include <linux/ptrace.h>
int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	return ctx->filename != 0;
}
