/* kind: syntax  line: 3  also: none  says: Write ) where the expression ends */
int hook(void *ctx)
{
	if (ctx == 0 {
		return 1;
	}
	return 0;
}
