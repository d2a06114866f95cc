/* kind: context  line: 7  also: none  says: Read a whole field */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int hook(struct xdp_md *ctx)
{
	return *(volatile __u8 *)&ctx->data;
}
char LICENSE[] SEC("license") = "GPL";
