/* kind: too-complex  line: 8  also: none  says: f calls itself */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

static __attribute__((noinline)) int f(int n)
{
	if (n <= 1)
		return 1;
	return bpf_get_prandom_u32() + f(n - 1);
}

SEC("tracepoint/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	return f(bpf_get_prandom_u32());
}
char LICENSE[] SEC("license") = "GPL";
