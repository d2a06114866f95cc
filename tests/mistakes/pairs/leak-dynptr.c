/* kind: leak  line: 13  also: none  says: even if it fails */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	struct bpf_dynptr p;
	if (bpf_ringbuf_reserve_dynptr(&ring, 64, 0, &p))
		return 0;
	bpf_ringbuf_submit_dynptr(&p, 0);
	return 0;
}
char LICENSE[] SEC("license") = "GPL";
