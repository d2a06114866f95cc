/* SPDX-License-Identifier: Dual MIT/GPL */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#define SLOTS 1
#include "jump_table.h"

SEC("socket")
int entry(struct __sk_buff *skb)
{
	return bpf_tail_call(skb, &JUMP_TABLE, 0);
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
