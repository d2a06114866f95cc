/* kind: type-name */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("tracepoint/sched/sched_switch")
int hook(void *ctx)
{
	__u64 now = bpf_ktime_get_ns();
	return now & 1;
}
