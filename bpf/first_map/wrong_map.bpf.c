/* SPDX-License-Identifier: Dual MIT/GPL */
#include "base.bpf.h"

/* 512 entries of one byte each: a lookup gives a pointer to one of them. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 512);
	__type(key, int);
	__type(value, u8);
} BUF SEC(".maps");

SEC("tp/syscalls/sys_enter_execve")
int hook(struct sys_enter_execve *ctx)
{
	int zero = 0;
	u8 *buf = bpf_map_lookup_elem(&BUF, &zero);

	if (!buf)
		return 0;
	bpf_probe_read_user_str(buf, 512, ctx->filename);
	return 0;
}
