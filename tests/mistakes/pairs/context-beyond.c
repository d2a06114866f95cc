/* kind: context  line: 4  also: none  says: to byte 8192 */
int hook(void *ctx)
{
	u64 *args = ctx;
	return args[2000];
}
