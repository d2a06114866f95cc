/* SPDX-License-Identifier: Dual MIT/GPL */
#include "event.h"

BPF_TASK_STORAGE(PROGRAM, struct event);
BPF_RINGBUF_OUTPUT(events, 1024);
BPF_ARRAY(seen, u64, 1);
BPF_ARRAY(dropped, u64, 1);

int hook_enter(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct event *e = PROGRAM.task_storage_get(task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);

	seen.atomic_increment(0);
	if (e)
		entered(e, ctx->filename);
	else /* the kernel has no memory for the entry */
		dropped.atomic_increment(0);
	return 0;
}

int hook_exit(struct tracepoint__syscalls__sys_exit_execve *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct event *e = PROGRAM.task_storage_get(task, 0, 0);

	if (!e || !e->t_enter) /* its entry was not seen */
		return 0;
	left(e, ctx->ret);
	if (events.ringbuf_output(e, sizeof(*e), 0))
		dropped.atomic_increment(0);
	e->t_enter = 0; /* what is left stays with the thread, for its next call */
	return 0;
}
