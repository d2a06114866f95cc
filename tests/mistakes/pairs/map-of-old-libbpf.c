/* kind: incomplete  line: 3  also: none  says: SEC(".maps") */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct bpf_map_def SEC("maps") starts = {
	.type = BPF_MAP_TYPE_HASH,
	.key_size = 4,
	.value_size = 8,
	.max_entries = 64,
};
SEC("tracepoint/sched/sched_switch")
int hook(void *ctx)
{
	return 0;
}
