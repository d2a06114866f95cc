/* SPDX-License-Identifier: Dual MIT/GPL */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

static HOW int twice(struct __sk_buff *skb)
{
	return skb->len * 2;
}

SEC("socket")
int entry(struct __sk_buff *skb)
{
	return twice(skb);
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
