/* SPDX-License-Identifier: Dual MIT/GPL */
#include "common.h"

BPF_PERCPU_ARRAY(TURN, u64, 1);

/* Version 2 lets one event of eight through, on each CPU. */
int filter_2(void *ctx)
{
	int zero = 0;
	u64 *turn = TURN.lookup(&zero);

	take(VERSION_2);
	if (turn && ++*turn % 8) {
		COUNT.atomic_increment(FILTERED);
		return 0;
	}
	JUMP_TABLE.call(ctx, DISPLAY);
	return 0;
}
