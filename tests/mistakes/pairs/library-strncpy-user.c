/* kind: library  line: 4  also: none  says: bpf_probe_read_user_str(to, sizeof(to), from) */
int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	char path[16];
	strncpy(path, ctx->filename, sizeof(path));
	return path[1];
}
