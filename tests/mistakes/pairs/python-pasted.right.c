int hook(void *ctx)
{
	return 0;
}
