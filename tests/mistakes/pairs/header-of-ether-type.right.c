/* kind: undeclared */
#include <linux/if_ether.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("xdp")
int hook(struct xdp_md *ctx)
{
	return ETH_P_IP == 3 ? XDP_DROP : XDP_PASS;
}
