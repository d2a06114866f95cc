/* kind: pointer  line: 8  also: none  says: A pointer that was read through another pointer is followed */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

SEC("tp_btf/sched_process_exec")
int BPF_PROG(hook, struct task_struct *p, pid_t old, struct linux_binprm *bprm)
{
	struct file *first = p->files->fdt->fd[0];
	return first->f_flags;
}
char LICENSE[] SEC("license") = "GPL";
