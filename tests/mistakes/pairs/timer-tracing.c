/* kind: timer  line: 19  also: none  says: bpf_ktime_get_ns */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct value { struct bpf_timer t; };
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, struct value);
} seen SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	__u32 k = 1;
	struct value *v = bpf_map_lookup_elem(&seen, &k);
	if (!v)
		return 0;
	bpf_timer_init(&v->t, &seen, 1);
	return 0;
}
char LICENSE[] SEC("license") = "GPL";
