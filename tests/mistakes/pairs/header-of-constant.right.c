/* kind: undeclared */
#include <linux/fcntl.h>
int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	return (ctx->flags & O_CREAT) != 0;
}
