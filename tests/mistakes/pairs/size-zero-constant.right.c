/* kind: bounds */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tracepoint/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	char fmt[8] = "hello";
	bpf_trace_printk(fmt, sizeof(fmt));
	return 0;
}
char LICENSE[] SEC("license") = "GPL";
