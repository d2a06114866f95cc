/* kind: uninitialised */
int hook(void *ctx)
{
	int n = 0;
	return n;
}
