/* kind: spin-lock  line: 14  also: 5  says: Write __type(key, …) and __type(value, …) */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct entry { struct bpf_spin_lock lock; __u64 count; };
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 64); __uint(key_size, sizeof(__u32)); __uint(value_size, sizeof(struct entry)); } rates SEC(".maps");

SEC("xdp")
int limit(struct xdp_md *ctx)
{
	__u32 key = ctx->ingress_ifindex;
	struct entry *e = bpf_map_lookup_elem(&rates, &key);
	if (!e)
		return XDP_PASS;
	bpf_spin_lock(&e->lock);
	e->count++;
	bpf_spin_unlock(&e->lock);
	return XDP_PASS;
}
char LICENSE[] SEC("license") = "GPL";
