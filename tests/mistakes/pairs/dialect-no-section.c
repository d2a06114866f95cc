/* kind: dialect  line: 4  also: 2  says: SEC("tp/syscalls/sys_enter_execve") */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

int hook(void *ctx)
{
	return 0;
}
