/* kind: context */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int hook(struct xdp_md *ctx)
{
	__u32 ifindex = 3;
	return ctx->ingress_ifindex == ifindex ? 2 : 1;
}
char LICENSE[] SEC("license") = "GPL";
