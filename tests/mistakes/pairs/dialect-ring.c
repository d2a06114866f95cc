/* kind: dialect  line: 8  also: 9  says: __uint(max_entries, 8 * 4096) */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct event {
	__u32 pid;
};

BPF_RINGBUF_OUTPUT(events, 8);
SEC("tp/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
