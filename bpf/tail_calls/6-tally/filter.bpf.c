/* SPDX-License-Identifier: Dual MIT/GPL */
#include "common.bpf.h"

SEC("tp")
int filter(void *ctx)
{
	int zero = 0;
	struct event *e = bpf_map_lookup_elem(&BUF, &zero);

	if (!e)
		return 0;
	say(e, DEBUG, FILTER, ENTERED);
	if (is_whole(e->path_len, sizeof(e->path)) &&
	    bpf_map_lookup_elem(&EXCLUDED_CMDS, (struct path *)e->path)) {
		say(e, DEBUG, FILTER, EXCLUDED);
		jump(ctx, 2, e, FILTER);
		return 0;
	}
	jump(ctx, 1, e, FILTER);
	return 0;
}
