/* kind: uninitialised */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u32);
} next SEC(".maps");

SEC("tp/syscalls/sys_enter_openat")
int hook(void *ctx)
{
	bpf_tail_call(ctx, &next, 0);
	bpf_printk("no program");
	return 0;
}
char LICENSE[] SEC("license") = "GPL";
