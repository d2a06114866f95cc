/* kind: argument  line: 10  also: none  says: is not a constant text */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tracepoint/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	char out[16];
	char fmt[4] = "%d";
	__u64 args[1] = {1};
	bpf_snprintf(out, sizeof(out), fmt, args, sizeof(args));
	return out[0];
}
char LICENSE[] SEC("license") = "GPL";
