/* kind: warning  line: 8  says: Write struct pair key = {}; */
struct pair {
	u32 pid;
	u64 parent;
};
BPF_HASH(pairs, struct pair, u64);
int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	struct pair key;

	key.pid = 1;
	key.parent = 2;
	pairs.increment(key);
	return 0;
}
