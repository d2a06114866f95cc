/* SPDX-License-Identifier: Dual MIT/GPL */
#include "../common.h"

BPF_PERCPU_ARRAY(ARRAY, struct halves, 1);

/* No cure: one buffer for each CPU. */
static __always_inline int array(u32 me)
{
	int zero = 0;
	struct halves *h = ARRAY.lookup(&zero);

	if (h && takes(me))
		fill(h, me);
	return 0;
}

int array_1(void *ctx) { return array(1); }
int array_2(void *ctx) { return array(2); }
int array_cost(void *ctx) { TIMED(array(COST)); }
