/* kind: map-type */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

SEC("iter.s/task")
int hook(void *ctx)
{
	int one = 1;

	bpf_ringbuf_output(&events, &one, sizeof(one), 0);
	return 0;
}
char LICENSE[] SEC("license") = "GPL";
