#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tracepoint/syscalls/sys_enter_kill")
int hook(void *ctx)
{
	const char text[] = "a signal is sent";

	bpf_trace_printk(text, sizeof(text));
	return 0;
}

char licence[] SEC("license") = "GPL";
