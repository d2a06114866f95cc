/* SPDX-License-Identifier: Dual MIT/GPL */
#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include "halves.h"

/* The same as common.h, in the dialect of clang and libbpf. */
#define MAP(name, kind, entries, of) \
	struct { \
		__uint(type, BPF_MAP_TYPE_##kind); \
		__uint(max_entries, entries); \
		__type(key, __u32); \
		__type(value, of); \
	} name SEC(".maps")

MAP(OWN, HASH, 2, __u32);
MAP(PRINT, ARRAY, 1, __u32);
MAP(seen, ARRAY, 1, __u64);
MAP(mixed, ARRAY, 1, __u64);
MAP(dropped, ARRAY, 1, __u64);

static __u32 zero;

static __always_inline void add(void *map)
{
	__u64 *count = bpf_map_lookup_elem(map, &zero);

	if (count)
		__sync_fetch_and_add(count, 1);
}

static __always_inline bool takes(__u32 me)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32;
	__u32 *which = me == COST ? 0 : bpf_map_lookup_elem(&OWN, &pid);

	return me == COST || (which && *which & me);
}

static __always_inline void fill(struct halves *h, __u32 me)
{
	__u32 *print = me == COST ? 0 : bpf_map_lookup_elem(&PRINT, &zero);

	h->first = me;
	asm volatile("" : : : "memory");
	for (int i = 0; print && i < 4000 && !*print; i++)
		bpf_ktime_get_ns();
	if (print && *print == me)
		bpf_printk("half way");
	h->second = me;
	if (me == COST)
		return;
	add(&seen);
	if (h->first != me)
		add(&mixed);
}
