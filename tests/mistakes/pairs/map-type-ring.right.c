/* kind: map-type */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, __u32);
} ring SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	__u32 k = 1;
	return bpf_map_lookup_elem(&ring, &k) != 0;
}
char LICENSE[] SEC("license") = "GPL";
