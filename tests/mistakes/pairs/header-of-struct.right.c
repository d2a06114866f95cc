/* kind: incomplete */
#include <linux/sched.h>
int hook(void *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	return task->tgid;
}
