/* kind: map-type  line: 21  also: 14  says: Declare a program array for each type. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, 4);
	__uint(value_size, 4);
} next SEC(".maps");

SEC("xdp")
int hooka(struct xdp_md *ctx)
{
	bpf_tail_call(ctx, &next, 0);
	return XDP_PASS;
}

SEC("tc")
int hookb(struct __sk_buff *ctx)
{
	bpf_tail_call(ctx, &next, 1);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
