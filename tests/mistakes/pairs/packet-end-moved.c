/* kind: pointer-arithmetic  line: 9  also: none  says: Add to a pointer that begins at data */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int last(struct xdp_md *ctx)
{
	unsigned char *data = (void *)(long)ctx->data;
	unsigned char *end = (void *)(long)ctx->data_end;
	unsigned char *trailer = end - 4;
	if (trailer < data)
		return XDP_PASS;
	return trailer[0] ? XDP_PASS : XDP_DROP;
}
char LICENSE[] SEC("license") = "GPL";
