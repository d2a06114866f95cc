/* kind: helper-type  line: 8  also: none  says: bpf_probe_read_user */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tracepoint/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	char b[8];
	bpf_copy_from_user(b, sizeof(b), (void *)1234);
	return b[0];
}
char LICENSE[] SEC("license") = "GPL";
