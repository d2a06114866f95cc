/* kind: dialect  line: 7  also: none  says: task->real_parent->tgid */
#include <linux/sched.h>

int hook(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	return BPF_CORE_READ(task, real_parent, tgid) == 1;
}
