/* kind: argument */
BPF_TASK_STORAGE(calls, u64);

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task_btf();
	u64 *n = calls.task_storage_get(task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (n)
		*n += 1;
	return 0;
}
