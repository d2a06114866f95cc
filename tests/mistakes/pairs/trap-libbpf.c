/* kind: builtin  line: 7  also: none  says: Write return 0; */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("tracepoint/syscalls/sys_enter_openat")
int hook(void *ctx)
{
	if (bpf_get_prandom_u32() & 1)
		__builtin_trap();
	return 1;
}

char LICENSE[] SEC("license") = "GPL";
