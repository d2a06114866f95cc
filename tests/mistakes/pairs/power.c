/* kind: syntax  line: 3  also: none  says: 1 << 3 */
int hook(void *ctx)
{
	return 2 ** 3;
}
