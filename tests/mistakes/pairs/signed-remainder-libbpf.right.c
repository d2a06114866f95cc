/* kind: signed-division */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("tracepoint/sched/sched_switch")
int hook(void *ctx)
{
	__u64 a = bpf_get_prandom_u32();
	return a % 10;
}
