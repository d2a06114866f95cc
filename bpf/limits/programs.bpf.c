/* SPDX-License-Identifier: Dual MIT/GPL */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#define SLOTS 33
#include "jump_table.h"

/* 33 programs: each does one step and jumps to the slot of the next one. */
#define PROGRAM(n)                               \
	SEC("socket") int step_##n(struct __sk_buff *skb)    \
	{                                            \
		skb->cb[0] += 1;                         \
		bpf_tail_call(skb, &JUMP_TABLE, n);      \
		return skb->cb[0];                       \
	}
#define FOUR(a, b, c, d) PROGRAM(a) PROGRAM(b) PROGRAM(c) PROGRAM(d)

SEC("socket") int entry(struct __sk_buff *skb)
{
	skb->cb[0] = 0;
	bpf_tail_call(skb, &JUMP_TABLE, 0);
	return skb->cb[0];
}

FOUR(1, 2, 3, 4)
FOUR(5, 6, 7, 8)
FOUR(9, 10, 11, 12)
FOUR(13, 14, 15, 16)
FOUR(17, 18, 19, 20)
FOUR(21, 22, 23, 24)
FOUR(25, 26, 27, 28)
FOUR(29, 30, 31, 32)
PROGRAM(33)

char LICENSE[] SEC("license") = "Dual MIT/GPL";
