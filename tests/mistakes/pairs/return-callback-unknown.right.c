/* kind: return-value */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

static long step(__u32 i, void *data)
{
	*(long *)data += i;
	return !!i;
}

SEC("tracepoint/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	long sum = 0;
	bpf_loop(10, step, &sum, 0);
	return sum;
}
char LICENSE[] SEC("license") = "GPL";
