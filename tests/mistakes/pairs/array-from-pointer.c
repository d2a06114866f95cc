/* kind: array  line: 3  also: none  says: bpf_probe_read_user_str(path, sizeof(path), ctx->filename) */
int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	char path[64] = ctx->filename;
	return path[1];
}
