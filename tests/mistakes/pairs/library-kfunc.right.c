#include <linux/bpf.h>

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	return 0;
}
