/* kind: syntax  line: 6  also: none  says: outside of every function */
int hook(void *ctx)
{
	if (ctx)
		return 1;
	}
	return 0;
}
