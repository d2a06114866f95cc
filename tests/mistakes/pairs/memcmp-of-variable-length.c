/* kind: library  line: 10  also: none  says: in a loop with a constant bound */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tp/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	char a[16] = {}, b[16] = {};

	bpf_get_current_comm(a, sizeof(a));
	return __builtin_memcmp(a, b, bpf_get_prandom_u32() & 15);
}

char LICENSE[] SEC("license") = "GPL";
