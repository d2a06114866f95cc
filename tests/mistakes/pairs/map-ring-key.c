/* kind: map  line: 4  also: none  says: Leave out its key */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 * 4096);
	__type(key, __u32);
} events SEC(".maps");
SEC("tp/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
