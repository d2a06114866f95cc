/* SPDX-License-Identifier: Dual MIT/GPL */
#include "common.h"

int filter(void *ctx)
{
	struct event *e = current_call();

	if (!e)
		return 0;
	/* A cut path begins like others, and an unread one is all zeros: neither may match. */
	if (is_whole(e->path_len, sizeof(e->path)) &&
	    EXCLUDED_CMDS.lookup((struct path *)e->path)) {
		filtered.atomic_increment(0);
		return done();
	}
	return jump(ctx, 1);
}
