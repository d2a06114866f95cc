/* kind: warning  line: 6  says: Write return 0; above this line. */
int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	if (bpf_get_smp_processor_id())
		return 1;

}
