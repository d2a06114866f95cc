/* kind: map-type  line: 15  also: 9  says: a perf buffer */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} seen SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	__u64 one = 1;
	bpf_perf_event_output(ctx, &seen, BPF_F_CURRENT_CPU, &one, sizeof(one));
	return 0;
}
char LICENSE[] SEC("license") = "GPL";
