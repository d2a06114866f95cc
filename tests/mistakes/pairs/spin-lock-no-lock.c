/* kind: spin-lock  line: 18  also: none  says: &value->lock */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} seen SEC(".maps");

SEC("xdp")
int hook(struct xdp_md *ctx)
{
	__u32 k = 1;
	struct bpf_spin_lock *v = bpf_map_lookup_elem(&seen, &k);
	if (!v)
		return 2;
	bpf_spin_lock(v);
	bpf_spin_unlock(v);
	return 2;
}
char LICENSE[] SEC("license") = "GPL";
