/* SPDX-License-Identifier: Dual MIT/GPL */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#define SLOTS 1
#include "jump_table.h"

/* The work of a step: count in memory that comes with the packet, in reach of all of them. */
#define COUNT(skb) do { (skb)->cb[0] += 1; barrier(); } while (0)
#define REPEAT _Pragma("unroll") for (int i = 0; i < STEPS; i++)

static __always_inline void inlined_step(struct __sk_buff *skb)
{
	COUNT(skb);
}

static __noinline int called_step(struct __sk_buff *skb)
{
	COUNT(skb);
	return 0;
}

SEC("socket") int written_out(struct __sk_buff *skb)
{
	skb->cb[0] = 0;
	REPEAT COUNT(skb);
	return skb->cb[0];
}

SEC("socket") int inlined(struct __sk_buff *skb)
{
	skb->cb[0] = 0;
	REPEAT inlined_step(skb);
	return skb->cb[0];
}

SEC("socket") int called(struct __sk_buff *skb)
{
	skb->cb[0] = 0;
	REPEAT called_step(skb);
	return skb->cb[0];
}

SEC("socket") int jumped(struct __sk_buff *skb)
{
	skb->cb[0] = 0;
	if (STEPS)
		bpf_tail_call(skb, &JUMP_TABLE, 0);
	return skb->cb[0];
}

SEC("socket") int jumped_step(struct __sk_buff *skb)
{
	COUNT(skb);
	if (skb->cb[0] < STEPS)
		bpf_tail_call(skb, &JUMP_TABLE, 0);
	return skb->cb[0];
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
