/* kind: helper-type */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tracepoint/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	char b[8];
	bpf_probe_read_user(b, sizeof(b), (void *)1234);
	return b[0];
}
char LICENSE[] SEC("license") = "GPL";
