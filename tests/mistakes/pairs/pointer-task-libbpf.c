/* kind: pointer  line: 10  also: 9  says: bpf_get_current_task */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct task_struct { int pid; } __attribute__((preserve_access_index));

SEC("tracepoint/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	struct task_struct *t = (void *)bpf_get_current_task();
	return t->pid;
}
char LICENSE[] SEC("license") = "GPL";
