/* kind: dialect  line: 2  also: 1  says: Leave this line out */
#include "vmlinux.h"
#include <linux/sched.h>
#include <bpf/bpf_helpers.h>

SEC("tp/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
