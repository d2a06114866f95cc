/* kind: syntax */
int hook(void *ctx)
{
	if (ctx)
		return 1;
	return 0;
}
