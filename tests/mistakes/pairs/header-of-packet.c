/* kind: incomplete  line: 7  also: none  says: #include <linux/if_ether.h> */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("xdp")
int hook(struct xdp_md *ctx)
{
	struct ethhdr *eth = (void *)(long)ctx->data;
	if ((void *)(eth + 1) > (void *)(long)ctx->data_end)
		return XDP_PASS;
	return XDP_PASS;
}
