/* kind: context */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("socket")
int hook(struct __sk_buff *skb)
{
	__u8 start[1] = {};
	if (bpf_skb_load_bytes(skb, 0, start, sizeof(start)) < 0)
		return 0;
	return start[0];
}
char LICENSE[] SEC("license") = "GPL";
