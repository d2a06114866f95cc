/* kind: pointer  line: 14  also: none  says: bpf_map_lookup_elem(&map, &key) */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} seen SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	*(volatile __u64 *)&seen = 1;
	return 0;
}
char LICENSE[] SEC("license") = "GPL";
