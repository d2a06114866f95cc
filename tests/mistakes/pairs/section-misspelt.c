/* kind: section  line: 4  also: none  says: Did you mean tracepoint */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("trackpoint/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
