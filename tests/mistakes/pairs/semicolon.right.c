/* kind: syntax */
int hook(void *ctx)
{
	u32 pid = 1;
	return pid;
}
