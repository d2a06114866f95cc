/* kind: atomic  line: 16  also: none  says: 64-bit  or: loads */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} owners SEC(".maps");

SEC("tp/syscalls/sys_enter_openat")
int hook(void *ctx)
{
	__u32 first = 0;
	__u32 *owner = bpf_map_lookup_elem(&owners, &first);
	if (owner)
		return __sync_val_compare_and_swap(owner, 0, 7);
	return 0;
}
char LICENSE[] SEC("license") = "GPL";
