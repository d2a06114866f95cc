/* kind: syntax  line: 1  also: 3  says: Remove the backslash */
// counts under C:\
int hook(void *ctx)
{
	return 0;
}
