/* SPDX-License-Identifier: Dual MIT/GPL */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("socket")
int searching(struct __sk_buff *skb)
{
	__u32 i;

#pragma clang loop unroll(disable)
	for (i = 0; i < ROUNDS; i++)
		if (skb->len == i + 1000000)
			break;
	return i;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
