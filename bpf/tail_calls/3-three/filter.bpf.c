/* SPDX-License-Identifier: Dual MIT/GPL */
#include "common.bpf.h"

SEC("tp")
int filter(struct sys_enter_execve *ctx)
{
	int zero = 0;
	struct event *e = bpf_map_lookup_elem(&BUF, &zero);

	if (!e)
		return 0;
	__builtin_memset(e, 0, sizeof(*e));
	e->ktime_ns = bpf_ktime_get_ns();
	e->pid = bpf_get_current_pid_tgid() >> 32;
	e->cpu = bpf_get_smp_processor_id();
	e->path_len = read_path(e->path, sizeof(e->path), ctx->filename);
	say(e, DEBUG, HOOK, ENTERED);
	if (is_whole(e->path_len, sizeof(e->path)) &&
	    bpf_map_lookup_elem(&EXCLUDED_CMDS, (struct path *)e->path)) {
		say(e, DEBUG, HOOK, EXCLUDED);
		return 0;
	}
	say(e, INFO, HOOK, SHOWN);
	return 0;
}
