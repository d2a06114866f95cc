/* kind: attach  line: none  also: none  says: attaches no uprobes  attach: hook=/bin/bash:readline */
#include <uapi/linux/ptrace.h>

int hook(struct pt_regs *ctx)
{
	return 0;
}
