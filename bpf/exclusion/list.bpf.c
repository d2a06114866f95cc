/* SPDX-License-Identifier: Dual MIT/GPL */
#include "base.bpf.h"

/* The same question asked twice: is this path excluded? A list and a hash. */
#ifndef ENTRIES
#define ENTRIES 10
#endif

struct path {
	char path[512];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, struct path);
} BUF SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ENTRIES);
	__type(key, int);
	__type(value, struct path);
} list SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, ENTRIES);
	__type(key, struct path);
	__type(value, u8);
} hash SEC(".maps");

SEC("socket") int nothing(void *ctx)
{
	int zero = 0;

	return bpf_map_lookup_elem(&BUF, &zero) ? 1 : 0;
}

SEC("socket") int by_hash(void *ctx)
{
	int zero = 0;
	struct path *p = bpf_map_lookup_elem(&BUF, &zero);

	return p && bpf_map_lookup_elem(&hash, p) ? 1 : 0;
}

SEC("socket") int by_list(void *ctx)
{
	int zero = 0;
	struct path *p = bpf_map_lookup_elem(&BUF, &zero);
	u64 *asked = (u64 *)p;

	if (!p)
		return 0;
	for (int i = 0; i < ENTRIES; i++) {
		int at = i;
		u64 *entry = (u64 *)bpf_map_lookup_elem(&list, &at);
		u64 different = 0;

		if (!entry)
			return 0;
		for (int w = 0; w < 64; w++)
			different |= entry[w] ^ asked[w];
		if (!different)
			return 1;
	}
	return 0;
}
