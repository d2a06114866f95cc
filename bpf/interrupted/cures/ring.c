/* SPDX-License-Identifier: Dual MIT/GPL */
#include "../common.h"

BPF_RINGBUF_OUTPUT(RING, 256);

/* A record of the ring: reserve it, fill it, submit it. */
static __always_inline int ring(u32 me)
{
	struct halves *h;

	if (!takes(me))
		return 0;
	h = RING.ringbuf_reserve(sizeof(*h));
	if (!h) {
		dropped.atomic_increment(0);
		return 0;
	}
	fill(h, me);
	RING.ringbuf_submit(h, BPF_RB_NO_WAKEUP);
	return 0;
}

int ring_1(void *ctx) { return ring(1); }
int ring_2(void *ctx) { return ring(2); }
int ring_cost(void *ctx) { TIMED(ring(COST)); }
