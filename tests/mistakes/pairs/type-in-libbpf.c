/* kind: type-name  line: 6  also: none  says: Write __u64. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("tracepoint/sched/sched_switch")
int hook(void *ctx)
{
	uint64_t now = bpf_ktime_get_ns();
	return now & 1;
}
