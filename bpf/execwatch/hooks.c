/* SPDX-License-Identifier: Dual MIT/GPL */

static __always_inline int entered(const char *path)
{
	struct call *call = begin(bpf_get_current_pid_tgid());

	if (!call)
		return 0;
	call->caller = path;
	bpf_get_current_comm(&call->comm, sizeof(call->comm));
	call->entered_ns = bpf_ktime_get_ns();
	return 0;
}

static __always_inline int left(s32 ret)
{
	u64 key = bpf_get_current_pid_tgid();
	struct call *call = ret < 0 ? ended(key) : NULL; /* of a success see succeeded() */

	if (call) {
		call->path_len = read_path(call->path.text, sizeof(call->path), call->caller);
		report(call, ret);
	}
	CALLS.delete(&key);
	return 0;
}

int enter_execve(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	return entered(ctx->filename);
}

int enter_execveat(struct tracepoint__syscalls__sys_enter_execveat *ctx)
{
	return entered(ctx->filename);
}

int exit_execve(struct tracepoint__syscalls__sys_exit_execve *ctx)
{
	return left(ctx->ret);
}

int exit_execveat(struct tracepoint__syscalls__sys_exit_execveat *ctx)
{
	return left(ctx->ret);
}

/* A thread that succeeds becomes the first one of its process; old_pid is what it was. */
int succeeded(struct tracepoint__sched__sched_process_exec *ctx)
{
	u64 key = bpf_get_current_pid_tgid() >> 32 << 32 | (u32)ctx->old_pid;
	int at = ctx->data_loc_filename & 0xffff, len = ctx->data_loc_filename >> 16;
	struct call *call = ended(key);

	if (call) {
		bpf_probe_read_kernel_str(&call->path, sizeof(call->path), (char *)ctx + at);
		call->path_len = len > sizeof(call->path) ? sizeof(call->path) + 1 : len;
		report(call, 0);
	}
	CALLS.delete(&key);
	return 0;
}
