/* kind: placeholder  line: 5  also: none  says: FILTER_PID is a placeholder */
int hook(void *ctx)
{
	u32 pid = bpf_get_current_pid_tgid() >> 32;

	FILTER_PID
	return pid;
}
