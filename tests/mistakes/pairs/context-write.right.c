/* kind: context */
int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	const char *filename = 0;
	return filename != 0;
}
