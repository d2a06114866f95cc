/* kind: spin-lock */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct value { __u64 n; };
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
	__sync_fetch_and_add(&v->n, 1);
	return 0;
}
char LICENSE[] SEC("license") = "GPL";
