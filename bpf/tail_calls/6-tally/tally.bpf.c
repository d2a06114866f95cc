/* SPDX-License-Identifier: Dual MIT/GPL */
#include "common.bpf.h"

/* Count an excluded command. User space has put a 0 beside each path of the list. */
SEC("tp")
int tally(void *ctx)
{
	int zero = 0;
	struct event *e = bpf_map_lookup_elem(&BUF, &zero);
	u64 *times;

	if (!e)
		return 0;
	say(e, DEBUG, TALLY, ENTERED);
	times = bpf_map_lookup_elem(&TIMES, (struct path *)e->path);
	if (times)
		__sync_fetch_and_add(times, 1);
	return 0;
}
