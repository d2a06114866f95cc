/* kind: incomplete  line: 5  also: none  says: #include <linux/nsproxy.h> */
#include <linux/sched.h>
int hook(void *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	return task->nsproxy->uts_ns != 0;
}
