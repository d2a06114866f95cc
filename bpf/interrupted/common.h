/* SPDX-License-Identifier: Dual MIT/GPL */
#include "halves.h"

BPF_HASH(OWN, u32, u32, 2); /* of a process: which programs take its events */
BPF_ARRAY(PRINT, u32, 1); /* which program prints half way; where it is 0, time passes */
BPF_ARRAY(seen, u64, 1);
BPF_ARRAY(mixed, u64, 1);
BPF_ARRAY(dropped, u64, 1);

static __always_inline bool takes(u32 me)
{
	u32 pid, *which;

	if (me == COST)
		return true;
	pid = bpf_get_current_pid_tgid() >> 32;
	which = OWN.lookup(&pid);
	return which && *which & me;
}

static __always_inline void fill(struct halves *h, u32 me)
{
	int zero = 0;
	u32 *print;

	h->first = me;
	if (me == COST) {
		asm volatile("" : : : "memory");
		h->second = me;
		return;
	}
	print = PRINT.lookup(&zero);
	if (!print)
		return;
	for (int i = 0; i < 4000 && !*print; i++)
		bpf_ktime_get_ns();
	if (*print == me)
		bpf_trace_printk("half way");
	h->second = me;
	seen.atomic_increment(0);
	if (h->first != me)
		mixed.atomic_increment(0);
}
