/* kind: too-complex  line: 3  also: 10  says: the only loop of this function */
BPF_HASH(next, u32, u32);

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	u32 key = 0;
again:;
	u32 *v = next.lookup(&key);
	if (v) {
		key = *v;
		goto again;
	}
	return 0;
}
