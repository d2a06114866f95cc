/* SPDX-License-Identifier: Dual MIT/GPL */
#include "../events.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__type(key, u32);
	__type(value, u32);
} JUMP_TABLE SEC(".maps");
