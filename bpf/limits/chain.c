/* SPDX-License-Identifier: Dual MIT/GPL */
#include "occupy.h"

#ifndef STACK
#define STACK 8
#endif

enum { ENTERED, AGAIN, FELL_THROUGH };

BPF_PROG_ARRAY(JUMP_TABLE, 1);
BPF_ARRAY(runs, u64, 3);

int entry(struct __sk_buff *skb)
{
	char own[STACK] = {};

	occupy(own);
	runs.atomic_increment(ENTERED);
	JUMP_TABLE.call(skb, 0);
	return 0;
}

int again(struct __sk_buff *skb)
{
	char own[STACK] = {};

	occupy(own);
	runs.atomic_increment(AGAIN);
	JUMP_TABLE.call(skb, 0);
	runs.atomic_increment(FELL_THROUGH);
	return 0;
}
