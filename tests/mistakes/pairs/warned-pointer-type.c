/* kind: warning  line: 6  says: Declare what it points to as u64. */
BPF_HASH(starts, u32, u64);

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	u32 id = 3;
	u32 *first = starts.lookup(&id);

	if (!first)
		return 0;
	return *first == 3;
}
