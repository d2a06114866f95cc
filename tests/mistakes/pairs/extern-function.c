/* kind: undefined  line: 9  also: none  says: Write its body */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

int twice(int x);

SEC("tp/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	return twice(2);
}

char LICENSE[] SEC("license") = "GPL";
