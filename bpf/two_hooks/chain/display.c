/* SPDX-License-Identifier: Dual MIT/GPL */
#include "common.h"

int display(void *ctx)
{
	struct event *e = current_call();

	if (!e)
		return 0;
	/* bpf_log2l(v) is 1 more than the power of two that v begins with. */
	DURATIONS.atomic_increment(bpf_log2l(e->t_exit - e->t_enter) - 1);
	if (events.ringbuf_output(e, sizeof(*e), 0))
		dropped.atomic_increment(0);
	return done();
}
