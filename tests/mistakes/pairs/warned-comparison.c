/* kind: warning  line: 5  says: Write = to assign */
int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	u32 count = 3;

	count == 4;
	return count == 4;
}
