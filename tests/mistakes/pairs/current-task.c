/* kind: assembly  line: 4  also: none  says: (struct task_struct *)bpf_get_current_task() */
#include <linux/sched.h>
int hook(void *ctx)
{
	return current->pid;
}
