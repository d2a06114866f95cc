/* kind: bounds */
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
	__u32 zero = 0;
	char *b = bpf_map_lookup_elem(&scratch, &zero);
	if (!b)
		return 0;
	long n = bpf_probe_read_kernel_str(b, 64, ctx);
	b[n & 63] = 'x';
	return 0;
}
char LICENSE[] SEC("license") = "GPL";
