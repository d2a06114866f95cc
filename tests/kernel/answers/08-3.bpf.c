/* SPDX-License-Identifier: Dual MIT/GPL */
#include "base.bpf.h"

/* How many calls began on this CPU, and how many of them got to the end of the chain. */
struct stats {
	u64 entered;
	u64 finished;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__type(key, u32);
	__type(value, u8);
} OWN SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u32);
} JUMPS SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, struct stats);
} STATS SEC(".maps");

SEC("tp/syscalls/sys_enter_getppid")
int entry(void *ctx)
{
	int zero = 0;
	u32 pid = bpf_get_current_pid_tgid() >> 32;
	struct stats *stats = bpf_map_lookup_elem(&STATS, &zero);

	if (!stats || !bpf_map_lookup_elem(&OWN, &pid))
		return 0;
	stats->entered += 1;
	bpf_tail_call(ctx, &JUMPS, 0);
	return 0;
}

SEC("tp")
int finish(void *ctx)
{
	int zero = 0;
	struct stats *stats = bpf_map_lookup_elem(&STATS, &zero);

	if (!stats)
		return 0;
	stats->finished += 1;
	return 0;
}
