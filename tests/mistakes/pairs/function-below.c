/* kind: unknown-helper  line: 3  also: 5  says: Move the function half up */
int hook(void *ctx)
{
	return half(4);
}
static int half(int x)
{
	return x >> 1;
}
