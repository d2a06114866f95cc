/* SPDX-License-Identifier: Dual MIT/GPL */
#include "common.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct halves);
} STORAGE SEC(".maps");

/* Storage that the kernel keeps with the thread, and frees with it. */
static __always_inline int task(__u32 me)
{
	struct halves *h;

	if (!takes(me))
		return 0;
	h = bpf_task_storage_get(&STORAGE, bpf_get_current_task_btf(), 0,
				 BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (h)
		fill(h, me);
	else
		add(&dropped);
	return 0;
}

SEC("raw_tp") int task_1(void *ctx) { return task(1); }
SEC("raw_tp") int task_2(void *ctx) { return task(2); }
SEC("raw_tp") int task_cost(void *ctx) { TIMED(task(COST)); }

char LICENSE[] SEC("license") = "Dual MIT/GPL";
