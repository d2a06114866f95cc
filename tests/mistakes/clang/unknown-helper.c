int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	u64 id = bpf_get_current_pid_tgid();

	return bpf_get_curent_uid_gid() == id;
}
