/* kind: too-complex  line: 6  also: none  says: constant bound */
#include <linux/sched.h>

int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	struct task_struct *p = (struct task_struct *)bpf_get_current_task();
	while (p->tgid > 1)
		p = p->parent;
	bpf_trace_printk("%d", p->tgid);
	return 0;
}
