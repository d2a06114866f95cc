/* kind: argument */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, char[64]);
} scratch SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	char b[8];
	__u32 zero = 0;
	char *s = bpf_map_lookup_elem(&scratch, &zero);
	if (!s) return 0;
	return bpf_strncmp(b, 8, "bash");
}
char LICENSE[] SEC("license") = "GPL";
