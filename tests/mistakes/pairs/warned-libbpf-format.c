/* kind: warning  line: 7  says: Write %llx. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tracepoint/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	bpf_printk("at %qx", bpf_ktime_get_ns());
	return 0;
}

char licence[] SEC("license") = "GPL";
