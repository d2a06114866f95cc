/* kind: memory  line: 7  also: none  says: Give it fewer entries */
struct name {
	char text[1024];
};
struct all {
	char text[65536];
};
BPF_HASH(names, u32, struct all, 10000000);

int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	u32 k = 1;

	return names.lookup(&k) != 0;
}
