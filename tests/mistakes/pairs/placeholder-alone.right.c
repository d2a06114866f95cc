int hook(void *ctx)
{
	u32 pid = bpf_get_current_pid_tgid() >> 32;

	if (pid != 1)
		return 0;
	return pid;
}
