/* kind: context  line: 4  also: none  says: first 8 bytes */
int hook(void *ctx)
{
	u64 *args = ctx;
	return args[0];
}
