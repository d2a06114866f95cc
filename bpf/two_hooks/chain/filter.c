/* SPDX-License-Identifier: Dual MIT/GPL */
#include "common.h"

int filter(void *ctx)
{
	struct event *e = current_call();

	if (!e)
		return 0;
	/* A path that could not be read is all zeros: no key may match that. */
	if (e->path_len > 0 && EXCLUDED_CMDS.lookup((struct path *)e->path)) {
		filtered.atomic_increment(0);
		return done();
	}
	return jump(ctx, 1);
}
