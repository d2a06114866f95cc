/* kind: warning  line: 3  says: Declare it const char * */
int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	char * path = ctx->filename;

	return path == 0;
}
