/* kind: context */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int hook(struct xdp_md *ctx)
{
	return ctx->ingress_ifindex;
}
char LICENSE[] SEC("license") = "GPL";
