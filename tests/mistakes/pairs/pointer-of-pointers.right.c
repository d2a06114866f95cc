#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

SEC("tp_btf/sched_process_exec")
int BPF_PROG(hook, struct task_struct *p, pid_t old, struct linux_binprm *bprm)
{
	struct file *first = p->files->fdt->fd[0];
	unsigned int flags = 0;
	bpf_probe_read_kernel(&flags, sizeof(flags), &first->f_flags);
	return flags;
}
char LICENSE[] SEC("license") = "GPL";
