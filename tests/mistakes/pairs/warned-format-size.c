/* kind: warning  line: 3  says: Write %llu. */
int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	bpf_trace_printk("half: %zu", 50);
	return 0;
}
