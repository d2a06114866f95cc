#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <bpf/bpf_helpers.h>

struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } ring SEC(".maps");

SEC("xdp")
int look(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	struct iphdr *ip = data + sizeof(struct ethhdr);
	struct tcphdr *tcp = (void *)(ip + 1);
	if ((void *)(tcp + 1) > end)
		return XDP_PASS;
	int length = tcp->doff * 4;
	if ((void *)tcp + length > end)
		return XDP_PASS;
	unsigned char *out = bpf_ringbuf_reserve(&ring, 60, 0);
	if (!out)
		return XDP_PASS;
	for (int i = 0; i < length && i < 60; i++) {
		unsigned char *p = (unsigned char *)tcp + i;
		if ((void *)(p + 1) > end)
			break;
		out[i] = *p;
	}
	bpf_ringbuf_submit(out, 0);
	return XDP_PASS;
}
char LICENSE[] SEC("license") = "GPL";
