/* kind: map-type  line: 17  also: 7  says: a hash or an array */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

static long step(void *map, void *k, void *v, void *data)
{
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	bpf_for_each_map_elem(&ring, step, 0, 0);
	return 0;
}
char LICENSE[] SEC("license") = "GPL";
