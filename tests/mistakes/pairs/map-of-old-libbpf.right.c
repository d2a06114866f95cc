/* kind: incomplete */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64);
} starts SEC(".maps");
SEC("tracepoint/sched/sched_switch")
int hook(void *ctx)
{
	return 0;
}
