/* kind: unknown-helper  line: 7  also: 1  says: Did you mean half? */
static int half(int x)
{
	return x >> 1;
}
int hook(void *ctx)
{
	return halve(4);
}
