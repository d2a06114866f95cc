/* SPDX-License-Identifier: Dual MIT/GPL */
#include "base.bpf.h"
#include "tail_calls/6-tally/hook.bpf.c"
#include "tail_calls/6-tally/display.bpf.c"

struct excluded {
	u32 pid;
	u32 uid;
	char path[512];
};
struct excluded *unused_excluded __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 4096);
} left_out SEC(".maps");

SEC("tp")
int filter(void *ctx)
{
	int zero = 0;
	struct event *e = bpf_map_lookup_elem(&BUF, &zero);

	if (!e)
		return 0;
	say(e, DEBUG, FILTER, ENTERED);
	if (is_whole(e->path_len, sizeof(e->path)) &&
	    bpf_map_lookup_elem(&EXCLUDED_CMDS, (struct path *)e->path)) {
		say(e, DEBUG, FILTER, EXCLUDED);
		jump(ctx, 2, e, FILTER);
		return 0;
	}
	jump(ctx, 1, e, FILTER);
	return 0;
}

SEC("tp")
int report(void *ctx)
{
	int zero = 0;
	struct event *e = bpf_map_lookup_elem(&BUF, &zero);
	struct excluded *record;

	if (!e)
		return 0;
	record = bpf_ringbuf_reserve(&left_out, sizeof(struct excluded), 0);
	if (!record)
		return 0;
	record->pid = e->pid;
	record->uid = bpf_get_current_uid_gid();
	__builtin_memcpy(record->path, e->path, sizeof(record->path));
	bpf_ringbuf_submit(record, 0);
	return 0;
}
