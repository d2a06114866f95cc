/* kind: library */
int hook(void *ctx)
{
	if (!ctx)
		return 0;
	return 1;
}
