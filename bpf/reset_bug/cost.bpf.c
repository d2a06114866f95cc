/* SPDX-License-Identifier: Dual MIT/GPL */
#include "base.bpf.h"

/* What it costs to clear 512 bytes, and what their declaration has to do with it. */
struct event {
	u64 when;
	char path[512];
};

struct loose {
	char path[512];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, struct event);
} BUF SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, struct loose);
} LOOSE SEC(".maps");

SEC("socket") int kept(void *ctx)
{
	int zero = 0;

	return bpf_map_lookup_elem(&BUF, &zero) ? 1 : 0;
}

SEC("socket") int cleared(void *ctx)
{
	int zero = 0;
	struct event *e = bpf_map_lookup_elem(&BUF, &zero);

	if (e)
		__builtin_memset(e->path, 0, sizeof(e->path));
	return 0;
}

SEC("socket") int cleared_loose(void *ctx)
{
	int zero = 0;
	struct loose *l = bpf_map_lookup_elem(&LOOSE, &zero);

	if (l)
		__builtin_memset(l->path, 0, sizeof(l->path));
	return 0;
}
