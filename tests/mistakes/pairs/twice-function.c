/* kind: twice  line: 5  also: 1  says: Remove one of them */
int hook(void *ctx)
{
	return 0;
}
int hook(void *ctx)
{
	return 0;
}
