#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

static int twice(int x)
{
	return 2 * x;
}

SEC("tp/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	return twice(2);
}

char LICENSE[] SEC("license") = "GPL";
