/* kind: read-only  line: 10  also: none  says: may read the kernel's structs */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct task_struct { int pid; } __attribute__((preserve_access_index));

SEC("tracepoint/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	struct task_struct *t = (void *)bpf_get_current_task_btf();
	t->pid = 4;
	return 0;
}
char LICENSE[] SEC("license") = "GPL";
