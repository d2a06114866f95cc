/* kind: core  line: 14  also: none  says: struct task_struct.process */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

struct task_struct {
	int process;
} __attribute__((preserve_access_index));

SEC("tp/sched/sched_switch")
int hook(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	return BPF_CORE_READ(task, process) == 1;
}

char LICENSE[] SEC("license") = "GPL";
