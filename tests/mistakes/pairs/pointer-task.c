/* kind: pointer  line: 6  also: 5  says: bpf_probe_read_kernel(&copy, sizeof(copy) */
#include <linux/sched.h>

int hook(void *ctx)
{
	u64 task = bpf_get_current_task();
	return *(volatile int *)(task + 100);
}
