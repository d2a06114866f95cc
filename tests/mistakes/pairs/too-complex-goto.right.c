BPF_HASH(next, u32, u32);

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	u32 key = 0;
	for (int i = 0; i < 16; i++) {
		u32 *v = next.lookup(&key);
		if (!v)
			break;
		key = *v;
	}
	return 0;
}
