/* kind: argument */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tracepoint/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	char out[16];
	__u64 args[1] = {1};
	bpf_snprintf(out, sizeof(out), "%d", args, sizeof(args));
	return out[0];
}
char LICENSE[] SEC("license") = "GPL";
