/* kind: bounds  line: 9  also: none  says: if (!n) return 0; */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tracepoint/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	char b[64] = {};
	__u32 n = bpf_get_prandom_u32() & 15;
	bpf_get_current_comm(b, n);
	return b[0];
}
char LICENSE[] SEC("license") = "GPL";
