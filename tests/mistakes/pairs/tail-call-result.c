/* kind: uninitialised  line: 15  also: 14  says: bpf_tail_call leaves no result */
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
	long failed;
	failed = bpf_tail_call(ctx, &next, 0);
	if (failed)
		bpf_printk("no program: %ld", failed);
	return 0;
}
char LICENSE[] SEC("license") = "GPL";
