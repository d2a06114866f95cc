/* kind: array */
int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	char path[64];
	bpf_probe_read_user_str(path, sizeof(path), ctx->filename);
	return path[1];
}
