/* kind: warning  line: 6  says: Make value a pointer, test it for NULL, and read *value. */
BPF_HASH(starts, u32, u64);

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	u32 key = 1;
	u64 value = starts.lookup(&key);

	return value == 3;
}
