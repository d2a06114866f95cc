/* kind: null-check  line: 6  also: none  says: verified alone */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

__attribute__((noinline)) int add(long *sum, int n)
{
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
