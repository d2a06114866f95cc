/* kind: too-complex */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

static __attribute__((noinline)) int f(int n)
{
	int sum = 1;
	for (int i = 0; i < 64 && i < n; i++)
		sum += bpf_get_prandom_u32();
	return sum;
}

SEC("tracepoint/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	return f(bpf_get_prandom_u32());
}
char LICENSE[] SEC("license") = "GPL";
