/* kind: placeholder  line: 5  also: none  says: %d is a placeholder */
int hook(void *ctx)
{
	u32 pid = bpf_get_current_pid_tgid() >> 32;

	if (pid == %d)
		return 0;
	return pid;
}
