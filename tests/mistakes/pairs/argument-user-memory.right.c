/* kind: argument */
BPF_HASH(seen, u32, u64);

int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	u32 pid = bpf_get_current_pid_tgid() >> 32;
	char copy[8] = {};
	bpf_probe_read_user(&copy, sizeof(copy), ctx->filename);
	seen.update(&pid, (u64 *)&copy);
	return 0;
}
