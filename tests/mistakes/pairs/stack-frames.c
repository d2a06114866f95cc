/* kind: stack  line: 7  also: none  says: 9 deep */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define N static __attribute__((noinline)) int
N f9(int n) { return bpf_get_prandom_u32() + n; }
N f8(int n) { return f9(n) + bpf_get_prandom_u32(); }
N f7(int n) { return f8(n) + bpf_get_prandom_u32(); }
N f6(int n) { return f7(n) + bpf_get_prandom_u32(); }
N f5(int n) { return f6(n) + bpf_get_prandom_u32(); }
N f4(int n) { return f5(n) + bpf_get_prandom_u32(); }
N f3(int n) { return f4(n) + bpf_get_prandom_u32(); }
N f2(int n) { return f3(n) + bpf_get_prandom_u32(); }
N f1(int n) { return f2(n) + bpf_get_prandom_u32(); }

SEC("tracepoint/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	return f1(3);
}
char LICENSE[] SEC("license") = "GPL";
