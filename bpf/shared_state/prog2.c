/* SPDX-License-Identifier: Dual MIT/GPL */
#include "common.h"

int prog2(void *ctx)
{
	int zero = 0;
	struct SharedState *state = PER_CPU_MAP.lookup(&zero);

	if (!state)
		return 0;
	state->per_event_count += 1;
	state->total_count += 1;
	report(state, 2);
	TAIL_CALL_MAP.call(ctx, 1);
	return 0;
}
