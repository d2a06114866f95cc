/* kind: packet  line: 15  also: none  says: only the first 14 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int hook(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	if ((void *)(eth + 1) > end)
		return XDP_PASS;
	return ip->protocol == 6 ? XDP_DROP : XDP_PASS;
}
char LICENSE[] SEC("license") = "GPL";
