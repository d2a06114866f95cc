/* kind: undeclared  line: 6  also: none  says: A variable of the kernel cannot be used by its name */
#include <linux/sched.h>

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	struct task_struct *t = (struct task_struct *)bpf_get_current_task();
	for (; t != &init_task; t = t->parent)
		if (t->pid == 77)
			break;
	return 0;
}
