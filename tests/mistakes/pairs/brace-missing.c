/* kind: syntax  line: 7  also: 3  says: A closing brace is missing */
int hook(void *ctx)
{
	if (ctx) {
		u32 x = 1;
		return x;
	return 0;
}
