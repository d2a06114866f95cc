/* kind: context  line: 7  also: none  says: may not be read here by an xdp program */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int hook(struct xdp_md *ctx)
{
	return ((int *)ctx)[12];
}
char LICENSE[] SEC("license") = "GPL";
