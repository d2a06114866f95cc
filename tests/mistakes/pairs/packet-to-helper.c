/* kind: packet  line: 15  also: none  says: if (data + 4 > */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} seen SEC(".maps");

SEC("xdp")
int hook(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	return bpf_map_lookup_elem(&seen, data) ? XDP_DROP : XDP_PASS;
}
char LICENSE[] SEC("license") = "GPL";
