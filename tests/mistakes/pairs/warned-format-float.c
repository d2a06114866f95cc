/* kind: warning  line: 3  says: print the number of hundredths with %d */
int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	bpf_trace_printk("half: %.2f", 50);
	return 0;
}
