/* kind: argument  line: 6  also: none  says: Write &pid */
BPF_HASH(seen, u32, u64);

int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	u32 pid = bpf_get_current_pid_tgid() >> 32;
	u64 *v = seen.lookup((u32 *)pid);
	if (v)
		*v += 1;
	return 0;
}
