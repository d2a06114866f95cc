/* kind: call */
#include <linux/kernel.h>

int hook(void *ctx)
{
	bpf_trace_printk("%d", 1);
	return 0;
}
