#include <linux/sched.h>

int hook(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	return task->real_parent->tgid == 1;
}
