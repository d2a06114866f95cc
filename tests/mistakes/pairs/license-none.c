/* kind: license  line: 7  also: none  says: SEC("license") = "GPL" */
#include <linux/bpf.h> /* and no SEC("license") */
#include <bpf/bpf_helpers.h>

SEC("tracepoint/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	bpf_printk("hello");
	return 0;
}
