/* kind: context  line: 7  also: none  says: bpf_skb_load_bytes */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("socket")
int hook(struct __sk_buff *skb)
{
	__u8 *start = (void *)(long)skb->data;
	__u8 *end = (void *)(long)skb->data_end;
	if (start + 1 > end)
		return 0;
	return start[0];
}
char LICENSE[] SEC("license") = "GPL";
