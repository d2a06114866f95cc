#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct prefix {
	__u32 bits;
	__u8 bytes[4];
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 10240);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix);
	__type(value, __u64);
} seen SEC(".maps");
SEC("tp/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
