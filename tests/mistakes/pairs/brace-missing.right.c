/* kind: syntax */
int hook(void *ctx)
{
	if (ctx) {
		u32 x = 1;
		return x;
	}
	return 0;
}
