/* kind: packet  line: 12  also: none  says: if (data + 1 > data_end) */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int hook(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	if (data + 100 < data_end)
		return XDP_PASS;
	return *(char *)data;
}
char LICENSE[] SEC("license") = "GPL";
