/* kind: argument  line: 6  also: none  says: Write &pid */
BPF_HASH(seen, u32, u64);

int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	int pid = bpf_get_current_pid_tgid() >> 32;
	u64 *v = seen.lookup(pid);
	if (v)
		*v += 1;
	return 0;
}
