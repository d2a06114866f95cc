/* kind: no-include */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("tracepoint/sched/sched_switch")
int hook(void *ctx)
{
	return 0;
}
