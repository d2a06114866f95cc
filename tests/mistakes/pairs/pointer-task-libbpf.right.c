/* kind: pointer */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct task_struct { int pid; } __attribute__((preserve_access_index));

SEC("tracepoint/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	struct task_struct *t = (void *)bpf_get_current_task();
	int copy;
	bpf_probe_read_kernel(&copy, sizeof(copy), &t->pid);
	return copy;
}
char LICENSE[] SEC("license") = "GPL";
