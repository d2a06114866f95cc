/* kind: null-check */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

__attribute__((noinline)) int add(long *sum, int n)
{
	if (!sum)
		return 0;
	*sum += n;
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	long sum = 0;
	add(&sum, 4);
	return sum;
}
char LICENSE[] SEC("license") = "GPL";
