/* kind: syntax  line: 5  also: none  says: Write else if. */
int hook(void *ctx)
{
	if (ctx)
		return 1;
	elif (!ctx)
		return 2;
	return 0;
}
