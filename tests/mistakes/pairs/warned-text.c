/* kind: warning  line: 6  says: comm[0] == 's' && comm[1] == 's' && comm[2] == 'h' && comm[3] == 0 */
int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	char comm[16] = {};

	bpf_get_current_comm(comm, sizeof(comm));
	if (comm == "ssh")
		return 1;
	return 0;
}
