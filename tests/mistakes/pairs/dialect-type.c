/* kind: dialect  line: 7  also: 4  says: Write __u64 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tp/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	u64 now = bpf_ktime_get_ns();

	return now > 1;
}

char LICENSE[] SEC("license") = "GPL";
