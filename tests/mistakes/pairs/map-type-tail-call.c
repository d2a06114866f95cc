/* kind: map-type  line: 14  also: 9  says: a program array */
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
	bpf_tail_call(ctx, &seen, 0);
	return 0;
}
char LICENSE[] SEC("license") = "GPL";
