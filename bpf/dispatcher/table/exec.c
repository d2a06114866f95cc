/* SPDX-License-Identifier: Dual MIT/GPL */
#include "common.h"

int exec(struct bpf_raw_tracepoint_args *ctx)
{
	return report(ctx, EXEC);
}
