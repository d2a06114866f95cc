/* kind: bounds */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

int counts[8];

SEC("tracepoint/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	__u32 i = bpf_get_prandom_u32();
	counts[i & 7]++;
	return 0;
}
char LICENSE[] SEC("license") = "GPL";
