/* kind: null-check */
BPF_HASH(seen, u32, u64);

int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	u32 k = 1;
	char b[8];
	u64 *v = seen.lookup(&k);
	if (!v)
		return 0;
	for (int i = 0; i < 3; i++)
		bpf_get_current_comm(&b, sizeof(b));
	if (b[0] == 'a')
		return 0;
	*v += b[1];
	return 0;
}
