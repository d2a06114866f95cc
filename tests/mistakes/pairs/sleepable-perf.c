/* kind: map-type  line: 11  also: 10  says: Send events through a ring buffer */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
} events SEC(".maps");

SEC("iter.s/task")
int hook(void *ctx)
{
	int one = 1;

	bpf_perf_event_output(ctx, &events, 0, &one, sizeof(one));
	return 0;
}
char LICENSE[] SEC("license") = "GPL";
