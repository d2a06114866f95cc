/* kind: no-include  line: 1  also: none  says: <linux/sched.h> */
#include <linux/shed.h>
int hook(void *ctx)
{
	return sizeof(struct task_struct) > 1;
}
