/* kind: syntax */
int hook(void *ctx)
{
	u32 pid = 3;
	return pid;
}
