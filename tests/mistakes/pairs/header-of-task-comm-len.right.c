/* kind: undeclared */
#include <linux/sched.h>
int hook(void *ctx)
{
	char comm[TASK_COMM_LEN];
	bpf_get_current_comm(comm, sizeof(comm));
	return comm[1];
}
