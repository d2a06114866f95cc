/* SPDX-License-Identifier: Dual MIT/GPL */
#include "common.bpf.h"

extern void bpf_preempt_disable(void) __ksym;
extern void bpf_preempt_enable(void) __ksym;

MAP(BUF, PERCPU_ARRAY, 1, struct halves);

/* One buffer for each CPU, and nobody else gets the CPU meanwhile. */
static __always_inline int preempt(__u32 me)
{
	struct halves *h = bpf_map_lookup_elem(&BUF, &zero);

	if (!h || !takes(me))
		return 0;
	bpf_preempt_disable();
	fill(h, me);
	bpf_preempt_enable();
	return 0;
}

SEC("raw_tp") int preempt_1(void *ctx) { return preempt(1); }
SEC("raw_tp") int preempt_2(void *ctx) { return preempt(2); }
SEC("raw_tp") int preempt_cost(void *ctx) { TIMED(preempt(COST)); }

char LICENSE[] SEC("license") = "Dual MIT/GPL";
