/* SPDX-License-Identifier: Dual MIT/GPL */

/* What BPF_PROG_ARRAY(JUMP_TABLE, SLOTS) is in BCC. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, SLOTS);
	__type(key, __u32);
	__type(value, __u32);
} JUMP_TABLE SEC(".maps");
