/* SPDX-License-Identifier: Dual MIT/GPL */
#include "common.h"

int ignore(struct bpf_raw_tracepoint_args *ctx)
{
	return leave_out(IGNORED);
}
