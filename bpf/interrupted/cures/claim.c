/* SPDX-License-Identifier: Dual MIT/GPL */
#include "../common.h"

BPF_PERCPU_ARRAY(CLAIMED, struct halves, 1);

/* Claim the buffer. Whoever finds it claimed drops its event, and counts that. */
static __always_inline int claim(u32 me)
{
	int zero = 0;
	struct halves *h = CLAIMED.lookup(&zero);

	if (!h || !takes(me))
		return 0;
	if (__sync_lock_test_and_set(&h->busy, 1)) {
		dropped.atomic_increment(0);
		return 0;
	}
	fill(h, me);
	__sync_lock_test_and_set(&h->busy, 0);
	return 0;
}

int claim_1(void *ctx) { return claim(1); }
int claim_2(void *ctx) { return claim(2); }
int claim_cost(void *ctx) { TIMED(claim(COST)); }
