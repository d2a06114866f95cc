/* SPDX-License-Identifier: Dual MIT/GPL */

static __always_inline int is_listed(struct call *call)
{
	int zero = 0;
	u32 *active = ACTIVE.lookup(&zero);

	if (!active || !is_whole(call->path_len, sizeof(call->path)))
		return 0;
	return *active ? !!LIST_1.lookup(&call->path) : !!LIST_0.lookup(&call->path);
}

static __always_inline void fill(struct row *row, struct call *call, s32 ret)
{
	row->ended_ns = bpf_ktime_get_ns();
	row->entered_ns = call->entered_ns;
	row->pid = bpf_get_current_pid_tgid() >> 32;
	row->uid = bpf_get_current_uid_gid();
	row->ret = ret;
	row->path_len = call->path_len;
	__builtin_memcpy(row->comm, call->comm, sizeof(row->comm));
	__builtin_memcpy(&row->path, &call->path, sizeof(row->path));
}

/* The call is over, and its path known: send a row, or count why there is none. */
static __always_inline void report(struct call *call, s32 ret)
{
	struct row *row;

	if (is_listed(call)) {
		COUNT.atomic_increment(EXCLUDED);
		return;
	}
	if (ONLY_FAILURES && !ret) {
		COUNT.atomic_increment(SKIPPED);
		return;
	}
	row = rows.ringbuf_reserve(sizeof(*row));
	if (!row) {
		COUNT.atomic_increment(DROPPED);
		return;
	}
	fill(row, call, ret);
	rows.ringbuf_submit(row, 0);
}

/* The note of a call that is over; a new one where its entry was not seen. */
static __always_inline struct call *ended(u64 key)
{
	struct call *call = CALLS.lookup(&key);

	COUNT.atomic_increment(SEEN);
	if (!call)
		call = begin(key);
	if (!call)
		COUNT.atomic_increment(DROPPED);
	return call;
}
