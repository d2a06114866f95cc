/* kind: syntax  line: 8  also: 3  says: a closing brace is missing above */
int hook(void *ctx)
{
	if (ctx) {
		return 1;
	return 0;
}
int second(void *ctx)
{
	return 0;
}
