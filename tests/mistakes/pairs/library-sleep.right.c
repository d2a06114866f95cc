/* kind: library */
int hook(void *ctx)
{
	return 0;
}
