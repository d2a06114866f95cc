/* kind: no-include */
#include <linux/sched.h>
int hook(void *ctx)
{
	return sizeof(struct task_struct) > 1;
}
