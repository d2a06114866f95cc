/* kind: assembly */
#include <linux/sched.h>
int hook(void *ctx)
{
	return ((struct task_struct *)bpf_get_current_task())->pid;
}
