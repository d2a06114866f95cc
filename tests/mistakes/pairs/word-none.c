/* kind: undeclared  line: 3  also: none  says: Write NULL. */
int hook(void *ctx)
{
	return ctx == None;
}
