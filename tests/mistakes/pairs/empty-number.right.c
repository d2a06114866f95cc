/* kind: type */
int hook(void *ctx)
{
	u32 pid = 0;
	return pid;
}
