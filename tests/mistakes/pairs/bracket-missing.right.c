/* kind: syntax */
int hook(void *ctx)
{
	if (ctx == 0) {
		return 1;
	}
	return 0;
}
