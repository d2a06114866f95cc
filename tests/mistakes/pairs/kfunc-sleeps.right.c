/* kind: helper-type */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tracepoint/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	char path[64];
	bpf_probe_read_user_str(path, sizeof(path), (void *)1234);
	return path[0];
}
char LICENSE[] SEC("license") = "GPL";
