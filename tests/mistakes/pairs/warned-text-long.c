/* kind: warning  line: 7  says: in a loop */
int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	char comm[16] = {};
	int same = 0;

	bpf_get_current_comm(comm, sizeof(comm));
	if (comm == "systemd-logind")
		same = 1;
	return same;
}
