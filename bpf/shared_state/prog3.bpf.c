/* SPDX-License-Identifier: Dual MIT/GPL */
#include "common.bpf.h"

SEC("tp")
int prog3(void *ctx)
{
	int zero = 0;
	struct SharedState *state = bpf_map_lookup_elem(&PER_CPU_MAP, &zero);

	if (!state)
		return 0;
	state->per_event_count += 1;
	state->total_count += 1;
	report(state, 3);
	return 0;
}
