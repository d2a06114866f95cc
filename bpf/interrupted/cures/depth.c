/* SPDX-License-Identifier: Dual MIT/GPL */
#include "../common.h"

BPF_PERCPU_ARRAY(DEPTH, u64, 1);
BPF_PERCPU_ARRAY(SLOTS, struct halves, 4);

/* A slot for each depth: whoever comes in between takes the next one. */
static __always_inline int depth(u32 me)
{
	int zero = 0, slot;
	u64 *depth = DEPTH.lookup(&zero);
	struct halves *h;

	if (!depth || !takes(me))
		return 0;
	slot = *depth;
	__sync_fetch_and_add(depth, 1);
	h = SLOTS.lookup(&slot);
	if (h)
		fill(h, me);
	else
		dropped.atomic_increment(0);
	__sync_fetch_and_add(depth, -1);
	return 0;
}

int depth_1(void *ctx) { return depth(1); }
int depth_2(void *ctx) { return depth(2); }
int depth_cost(void *ctx) { TIMED(depth(COST)); }
