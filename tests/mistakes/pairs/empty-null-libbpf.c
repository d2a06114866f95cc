/* kind: empty  line: 6  also: none  says: Address 0 is read or written  or: loads */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("tracepoint/syscalls/sys_enter_openat")
int hook(void *ctx)
{
	*(int *)0 = 1;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
