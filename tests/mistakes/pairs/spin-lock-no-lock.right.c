/* kind: spin-lock */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct value { struct bpf_spin_lock lock; };
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct value);
} seen SEC(".maps");

SEC("xdp")
int hook(struct xdp_md *ctx)
{
	__u32 k = 1;
	struct value *v = bpf_map_lookup_elem(&seen, &k);
	if (!v)
		return 2;
	bpf_spin_lock(&v->lock);
	bpf_spin_unlock(&v->lock);
	return 2;
}
char LICENSE[] SEC("license") = "GPL";
