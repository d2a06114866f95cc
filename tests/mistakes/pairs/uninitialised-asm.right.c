/* kind: uninitialised */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int hook(struct xdp_md *ctx)
{
	int n;
	n = 0;
	return n;
}
char LICENSE[] SEC("license") = "GPL";
