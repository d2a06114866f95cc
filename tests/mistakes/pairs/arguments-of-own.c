/* kind: arguments  line: 7  also: 1  says: Give it as many as it takes. */
static int half(int x)
{
	return x >> 1;
}
int hook(void *ctx)
{
	return half(4, 2);
}
