/* kind: helper-type  line: 9  also: none  says: bpf_probe_read_user_str */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
extern int bpf_copy_from_user_str(void *to, __u32 n, const void *from, __u64 flags) __ksym;

SEC("tracepoint/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	char path[64];
	bpf_copy_from_user_str(path, sizeof(path), (void *)1234, 0);
	return path[0];
}
char LICENSE[] SEC("license") = "GPL";
