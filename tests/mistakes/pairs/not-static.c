/* kind: not-static  line: 7  also: 1  says: Write static in front */
int half(int x)
{
	return x >> 1;
}
int hook(void *ctx)
{
	return half(4);
}
