/* kind: warning  line: 9  says: Write (*v)++; */
BPF_HASH(counts, u32, u64);

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	u32 pid = bpf_get_current_pid_tgid() >> 32;
	u64 zero = 0;
	u64 *v = counts.lookup_or_try_init(&pid, &zero);
	if (v)
		v++;
	return 0;
}
