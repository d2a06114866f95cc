/* kind: warning  line: 5  says: Give count a value where it is declared */
int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	u32 count;

	if (ctx)
		count = 3;
	return count == 3;
}
