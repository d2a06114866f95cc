int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	char comm[16] = {};
	int same = 1;

	bpf_get_current_comm(comm, sizeof(comm));
	#pragma unroll
	for (int i = 0; i < sizeof("systemd-logind"); i++)
		if (comm[i] != "systemd-logind"[i])
			same = 0;
	return same;
}
