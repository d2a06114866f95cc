/* kind: uninitialised  line: 4  also: none  says: n = 0 */
int hook(void *ctx)
{
	int n;
	return n;
}
