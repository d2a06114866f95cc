/* SPDX-License-Identifier: Dual MIT/GPL */
#include "../common.h"

BPF_HASH(THREADS, u64, struct halves, 64);

/* An entry for each thread, made for this event and deleted after it. */
static __always_inline int hash(u32 me)
{
	u64 thread = bpf_get_current_pid_tgid();
	struct halves none = {}, *h;

	if (!takes(me))
		return 0;
	h = THREADS.lookup_or_try_init(&thread, &none);
	if (h)
		fill(h, me);
	else
		dropped.atomic_increment(0);
	THREADS.delete(&thread);
	return 0;
}

int hash_1(void *ctx) { return hash(1); }
int hash_2(void *ctx) { return hash(2); }
int hash_cost(void *ctx) { TIMED(hash(COST)); }
