/* kind: argument  line: 6  also: none  says: char copy[8] = {}; bpf_probe_read_user(&copy, sizeof(copy), ctx->filename) */
BPF_HASH(seen, u32, u64);

int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	u32 pid = bpf_get_current_pid_tgid() >> 32;
	seen.update(&pid, (u64 *)ctx->filename);
	return 0;
}
