/* kind: dynptr */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char mem[8];

SEC("tracepoint/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	struct bpf_dynptr p;
	char b[8];
	bpf_dynptr_from_mem(mem, sizeof(mem), 0, &p);
	bpf_dynptr_read(b, sizeof(b), &p, 0, 0);
	return b[0];
}
char LICENSE[] SEC("license") = "GPL";
