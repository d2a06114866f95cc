/* kind: warning  line: 4  says: or * in front of another pointer */
int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	u64 one = 1, *pointer = &one;
	u32 copy = pointer;

	return copy == 1;
}
