/* kind: context  line: 7  also: none  says: An xdp program may write few fields */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int hook(struct xdp_md *ctx)
{
	ctx->ingress_ifindex = 3;
	return 2;
}
char LICENSE[] SEC("license") = "GPL";
