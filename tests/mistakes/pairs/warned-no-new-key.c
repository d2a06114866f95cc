/* kind: warning  line: 7  says: calls.lookup_or_try_init(&uid, &zero); if (n) *n += 1; */
BPF_TABLE("percpu_hash", u32, u64, calls, 64);

int hook(struct tracepoint__syscalls__sys_enter_getppid *ctx)
{
	u32 uid = bpf_get_current_uid_gid();

	calls.increment(uid);
	return 0;
}
