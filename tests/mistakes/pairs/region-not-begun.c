/* kind: region  line: 22  also: none  says: Call bpf_preempt_disable first */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
extern void bpf_preempt_disable(void) __ksym;
extern void bpf_preempt_enable(void) __ksym;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u64);
} BUF SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	__u32 pid = bpf_get_current_pid_tgid();
	__u64 *buffer = bpf_map_lookup_elem(&BUF, &pid);

	if (!buffer)
		return 0;
	*buffer = bpf_ktime_get_ns();
	bpf_preempt_enable();
	return 0;
}
char LICENSE[] SEC("license") = "GPL";
