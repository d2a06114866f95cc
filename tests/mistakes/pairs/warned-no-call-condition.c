/* kind: warning  line: 3  says: Write bpf_get_prandom_u32(). */
int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	if (bpf_get_prandom_u32)
		return 1;
	return 0;
}
