/* kind: builtin */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("tracepoint/syscalls/sys_enter_openat")
int hook(void *ctx)
{
	if (bpf_get_prandom_u32() & 1)
		return 0;
	return 1;
}

char LICENSE[] SEC("license") = "GPL";
