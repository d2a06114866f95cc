#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tp/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	bpf_printk("seen");
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
