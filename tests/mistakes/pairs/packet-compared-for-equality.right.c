#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int last(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	unsigned int offset = 1;
	for (int i = 0; i < 1500; i++) {
		if (data + offset > end)
			return XDP_PASS;
		if (data + offset == end)
			break;
		offset++;
	}
	unsigned char *p = data + offset - 1;
	if ((void *)(p + 1) > end)
		return XDP_PASS;
	return *p == 0xff ? XDP_ABORTED : XDP_PASS;
}
char LICENSE[] SEC("license") = "GPL";
