/* SPDX-License-Identifier: Dual MIT/GPL */
#include "common.bpf.h"

SEC("tp")
int display(void *ctx)
{
	int zero = 0;
	struct event *e = bpf_map_lookup_elem(&BUF, &zero);

	if (!e)
		return 0;
	say(e, DEBUG, DISPLAY, ENTERED);
	say(e, INFO, DISPLAY, SHOWN);
	return 0;
}
