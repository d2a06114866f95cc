/* kind: map  line: 6  also: none  says: Write its body above the map: struct key_t { … }; */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct key_t;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, struct key_t);
	__type(value, __u64);
} counts SEC(".maps");

SEC("tp/syscalls/sys_enter_openat")
int hook(void *ctx)
{
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
