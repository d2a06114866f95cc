/* kind: pointer  line: 10  also: none  says: offset that is not a constant */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct task_struct { char comm[16]; } __attribute__((preserve_access_index));

SEC("tracepoint/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	struct task_struct *t = (void *)bpf_get_current_task_btf();
	return t->comm[bpf_get_prandom_u32() & 15];
}
char LICENSE[] SEC("license") = "GPL";
