/* kind: map-type  line: 13  also: none  says: has no keys */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	__u32 k = 1;
	return bpf_map_lookup_elem(&ring, &k) != 0;
}
char LICENSE[] SEC("license") = "GPL";
