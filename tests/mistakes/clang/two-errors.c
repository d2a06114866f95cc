int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	int x = missing;

	return bpf_get_curent_comm(x);
}
