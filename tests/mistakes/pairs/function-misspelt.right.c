/* kind: unknown-helper */
static int half(int x)
{
	return x >> 1;
}
int hook(void *ctx)
{
	return half(4);
}
