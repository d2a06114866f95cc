/* kind: syntax */
int hook(void *ctx)
{
	if (ctx) {
		return 1;
	}
	return 0;
}
int second(void *ctx)
{
	return 0;
}
