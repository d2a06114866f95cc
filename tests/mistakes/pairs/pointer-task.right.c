/* kind: pointer */
#include <linux/sched.h>

int hook(void *ctx)
{
	u64 task = bpf_get_current_task();
	int copy;
	bpf_probe_read_kernel(&copy, sizeof(copy), (void *)(task + 100));
	return copy;
}
