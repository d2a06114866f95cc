/* kind: empty */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("tracepoint/syscalls/sys_enter_openat")
int hook(void *ctx)
{
	bpf_get_prandom_u32();
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
