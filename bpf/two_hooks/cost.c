/* SPDX-License-Identifier: Dual MIT/GPL */
#include "event.h"

/* Keep the state of a call from its entry to its end, 1000 times over; return ns for each. */
#define ROUNDS 1000

BPF_PERCPU_ARRAY(EMPTY, struct event, 1);
BPF_HASH(HASH, u32, struct event, 1024);
BPF_TASK_STORAGE(FRESH, struct event);
BPF_TASK_STORAGE(KEPT, struct event);

int by_hash(void *ctx)
{
	u32 zero = 0, key = bpf_get_current_pid_tgid() >> 32;
	struct event *e = EMPTY.lookup(&zero);
	u64 begin = bpf_ktime_get_ns();

	for (int i = 0; e && i < ROUNDS; i++) {
		HASH.update(&key, e);
		if (HASH.lookup(&key))
			HASH.delete(&key);
	}
	return (bpf_ktime_get_ns() - begin) / ROUNDS;
}

int fresh(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	u64 begin = bpf_ktime_get_ns();

	for (int i = 0; i < ROUNDS; i++) {
		FRESH.task_storage_get(task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
		if (FRESH.task_storage_get(task, 0, 0))
			FRESH.task_storage_delete(task);
	}
	return (bpf_ktime_get_ns() - begin) / ROUNDS;
}

int kept(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	u64 begin = bpf_ktime_get_ns();

	for (int i = 0; i < ROUNDS; i++) {
		struct event *e = KEPT.task_storage_get(task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);

		if (e)
			e->t_enter = begin;
		e = KEPT.task_storage_get(task, 0, 0);
		if (e)
			e->t_enter = 0;
	}
	return (bpf_ktime_get_ns() - begin) / ROUNDS;
}
