/* kind: dialect  line: 7  also: 4  says: Write bpf_printk */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tp/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	bpf_trace_printk("seen");
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
