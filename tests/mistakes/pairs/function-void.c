/* kind: function  line: 6  also: none  says: Write static in front of add */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

long total;

__attribute__((noinline)) void add(int n)
{
	total += n;
}

SEC("tracepoint/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	add(4);
	return 0;
}
char LICENSE[] SEC("license") = "GPL";
