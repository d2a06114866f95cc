/* kind: syntax */
int hook(void *ctx)
{
	return 1 << 3;
}
