/* kind: syntax */
int hook(void *ctx)
{
	if (ctx)
		return 1;
	else if (!ctx)
		return 2;
	return 0;
}
